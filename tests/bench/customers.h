// Made-up customers for the figures: any number of them, each a function of its number alone, so
// that a holder's part and a leaked row can be written without the whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hitokoe::bench {

inline constexpr std::string_view kHeader =
    "顧客番号,契約番号,氏名,フリガナ,電話番号,メール,郵便番号,住所,生年月日\r\n";
// For `hitokoe-agent fingerprint --columns`.
inline constexpr std::string_view kColumns =
    "顧客番号=ref,契約番号=contract,氏名=name,フリガナ=kana,電話番号=phone,メール=email,"
    "郵便番号=postal,住所=address,生年月日=birthdate";
inline constexpr std::string_view kItems =
    "[ref, contract, name, kana, phone, email, postal, address, birthdate]";

// Numbers from here on are nobody's customers.
inline constexpr std::uint64_t kStrangers = 500'000'000;

// Appends the row of customer `number`, about 150 bytes of UTF-8: names, towns and house numbers of
// every kind of length. Telephones are from 0X0-0…, which nobody is given, and repeat after
// 30 million customers; one household shares an address now and then.
void append_customer(std::string& out, std::uint64_t number);

}  // namespace hitokoe::bench
