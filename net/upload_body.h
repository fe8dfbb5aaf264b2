// A request's body as it comes, piece by piece. Only for http_server.cc: Beast is compiled once.
#pragma once

#include <array>
#include <boost/beast/http.hpp>
#include <string>

#include "hitokoe/net/http_server.h"
#include "net/http_wire.h"

namespace hitokoe::net {

class UploadBody final : public HttpBody {
 public:
  using Header = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  // `waits`: the client sends nothing before it is told to.
  UploadBody(Wire& wire, boost::beast::flat_buffer& buffer, Header&& header, std::uint64_t most,
             Duration read_timeout, bool waits)
      : wire_(wire),
        buffer_(buffer),
        parser_(std::move(header)),
        most_(most),
        read_timeout_(read_timeout),
        waits_(waits) {
    parser_.body_limit(boost::none);  // counted here
  }

  bool whole() const { return parser_.is_done(); }
  bool keep_alive() { return parser_.keep_alive(); }

  Task<Result<std::optional<std::string>>> next() override {
    if (waits_) {
      waits_ = false;
      const std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      wire_.lowest().expires_after(read_timeout_);
      if (co_await wire_.write({asio::buffer(go_on), {}})) co_return gone();
    }
    while (!parser_.is_done()) {
      auto& body = parser_.get().body();
      body.data = chunk_.data();
      body.size = chunk_.size();
      body.more = true;
      wire_.lowest().expires_after(read_timeout_);
      const auto error = co_await advance(wire_, buffer_, parser_);
      if (error && error != boost::beast::http::error::need_buffer) co_return gone();
      const std::size_t got = chunk_.size() - body.size;
      taken_ += got;
      if (taken_ > most_)
        co_return fail(Errc::kLimit, "the request's body is too large", "要求の本文が大きすぎます");
      if (got > 0) co_return std::optional(std::string(chunk_.data(), got));
    }
    co_return std::optional<std::string>();
  }

 private:
  static auto gone() -> decltype(fail(Errc::kUnavailable, "", "")) {
    return fail(Errc::kUnavailable, "the client went away", "送信が途切れました");
  }

  Wire& wire_;
  boost::beast::flat_buffer& buffer_;
  boost::beast::http::request_parser<boost::beast::http::buffer_body> parser_;
  std::uint64_t most_;
  Duration read_timeout_;
  bool waits_;
  std::uint64_t taken_ = 0;
  std::array<char, 64U << 10> chunk_{};
};

}  // namespace hitokoe::net
