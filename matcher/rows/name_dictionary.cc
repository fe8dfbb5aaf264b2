#include "matcher/rows/name_dictionary.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr NameGroup kWhole[] = {
    {{FieldId::kRef},
     "ref id uid cid 番号 顧客番号 顧客id 顧客コード 顧客no 顧客cd 顧客管理番号 顧客管理no "
     "お客様番号 お客さま番号 お客様id お客様コード お客様no お客様管理番号 お客番号 会員番号 "
     "会員id 会員no 会員コード 加入者番号 加入者id 利用者番号 利用者id ユーザーid ユーザid "
     "ユーザー番号 個人id 個人番号id 管理番号 カスタマーid カスタマー番号 customerid customerno "
     "customernumber customercode customerref customercd customerkey customer custid custno "
     "custnum custcd custcode custref clientid clientno clientcode memberid memberno membernumber "
     "membercode membercd userid userno usernumber usercode accountid accountno accountnumber "
     "accountcode subscriberid subscriberno subscribernumber personid kokyakuno kokyakuid "
     "kokyakucd kokyakucode kokyakubangou kokyakubango kaiinno kaiinid kaiinbangou kaiinbango "
     "okyakusamano okyakusamaid okyakusamabangou okyakusamabango okyakuno kanyushano riyoushaid "
     "consumerid patronid"},
    {{FieldId::kContract},
     "契約番号 契約id 契約no 契約コード 契約cd 契約者番号 契約者id 契約者no ご契約番号 "
     "契約管理番号 "
     "お申込番号 申込番号 申込id 申込no 受付番号 contract contractid contractno contractnumber "
     "contractcode contractcd agreementid agreementno agreementnumber keiyakuno keiyakuid "
     "keiyakucd "
     "keiyakubangou keiyakubango keiyakushano moushikomino moushikomibangou applicationno "
     "applicationid subscriptionid subscriptionno serviceid lineid"},
    {{FieldId::kEmail},
     "mail email emailaddress mailaddress mailaddr emailaddr emailid mailad mladdress eml メール "
     "eメール イーメール メルアド メアド メールアドレス メアド1 電子メール 電子メールアドレス "
     "eメールアドレス pcメール 携帯メール 連絡先メール mailto mailpc mailmobile pcmail keitaimail "
     "mobilemail mobileemail emailpc primaryemail meruado meadoresu from correo mail1 mail2 mail3 "
     "email1 email2 email3 mailaddress1 mailaddress2 メール1 メール2 メールアドレス1 "
     "メールアドレス2 rfc822mailbox"},
    {{FieldId::kPhone},
     "tel phone phoneno phonenumber phonenum telephone telephoneno telephonenumber telno telnumber "
     "telnum telephonenum mobile mobileno mobilephone mobilephoneno mobilephonenumber mobilenumber "
     "mobiletel cell cellphone cellno cellnumber cellphonenumber msisdn mdn phs keitai keitaino "
     "keitaitel keitaibangou keitaidenwa denwa denwano denwabangou denwabango renrakusaki "
     "homephone "
     "homephoneno hometel homenumber telhome phonehome telmobile phonemobile hp telep fax faxno "
     "faxnumber sms smsno callerid linenumber lineno contactno contactnumber contacttel "
     "contactphone 電話 電話no でんわ 電話番号 tel番号 携帯 ケータイ ケイタイ 携帯番号 携帯電話 "
     "携帯電話番号 携帯tel 携帯no スマホ スマートフォン 連絡先 連絡先番号 連絡先電話番号 "
     "日中連絡先 "
     "昼間連絡先 回線番号 固定電話 固定電話番号 自宅電話 自宅電話番号 自宅tel ファックス ファクス "
     "fax番号 番号電話 加入電話番号 契約電話番号 契約回線番号 発信者番号 発番号 着信番号 着番号 "
     "tel電話 "
     "telefon telefono"},
    {{FieldId::kPhone, 1},
     "電話番号1 電話1 tel1 telno1 telnumber1 phone1 phoneno1 phonenumber1 telephone1 denwa1 "
     "携帯1 携帯番号1 携帯電話1 携帯電話番号1 mobile1 mobileno1 keitai1 市外局番 電話番号市外局番 "
     "areacode telarea telareacode phoneareacode telshigai 電話番号上 電話市外 fax1"},
    {{FieldId::kPhone, 2},
     "電話番号2 電話2 tel2 telno2 telnumber2 phone2 phoneno2 phonenumber2 telephone2 denwa2 "
     "携帯2 携帯番号2 携帯電話2 携帯電話番号2 mobile2 mobileno2 keitai2 市内局番 電話番号市内局番 "
     "telcity telcitycode telshinai 電話番号中 電話市内 fax2"},
    {{FieldId::kPhone, 3},
     "電話番号3 電話3 tel3 telno3 telnumber3 phone3 phoneno3 phonenumber3 telephone3 denwa3 "
     "携帯3 携帯番号3 携帯電話3 携帯電話番号3 mobile3 mobileno3 keitai3 加入者局番 "
     "電話番号加入者番号 telsubscriber tellocal telkanyu 電話番号下 電話加入者 fax3"},
    {{FieldId::kCard},
     "card cardno cardnumber cardnum creditcard creditcardno creditcardnumber ccno ccnum ccnumber "
     "pan カード番号 クレジットカード番号 クレジット番号 クレカ番号 クレカ カードno cardbangou"},
    {{FieldId::kBank},
     "口座 銀行口座 口座情報 振込先 振込口座 引落口座 引き落とし口座 bankaccount bankinfo 記号番号 "
     "ゆうちょ記号番号"},
    {{FieldId::kBank, 1},
     "銀行コード 金融機関コード 銀行cd 金融機関cd bankcode bankcd bankno ginkocd"},
    {{FieldId::kBank, 2},
     "支店コード 店番 店番号 支店番号 支店cd branchcode branchcd branchno shitencd 記号 通帳記号"},
    {{FieldId::kBank, 3},
     "預金種目 預金種別 口座種別 口座種目 科目 accounttype accttype yokinshubetsu kouzashubetsu"},
    {{FieldId::kBank, 4},
     "口座番号 銀行口座番号 bankaccountno bankaccountnumber bankacctno kouzano kouzabangou "
     "通帳番号"},
    {{FieldId::kImei}, "imei imeino imeinumber 端末識別番号 端末番号 製造番号imei 端末imei"},
    {{FieldId::kIccid},
     "iccid simid simno simnumber simserial sim番号 simカード番号 simserialnumber"},
    {{FieldId::kImsi}, "imsi imsino imsinumber 加入者識別番号"},
    {{FieldId::kPlan},
     "plan planname plancode planid 料金プラン 契約プラン プラン プラン名 ご契約プラン コース "
     "契約コース 料金コース サービス名 course rateplan tariff puran"},
    {{FieldId::kCorporate}, "法人番号 corporatenumber corporateno houjinbangou hojinbango"},
    {{FieldId::kMynumber}, "個人番号 マイナンバー mynumber mynumberno maina kojinbangou"},
    {{FieldId::kName},
     "name fullname customername membername username personname clientname accountname "
     "subscribername holdername displayname realname completename contactname nm cn namae shimei "
     "simei kokyakumei kokyakunm okyakusamamei kaiinmei keiyakusha keiyakushamei riyoushamei "
     "onamae "
     "nameja namejp namejpn namekanji kanjiname namefull nombre 氏名 お名前 名前 ご氏名 御氏名 "
     "姓名 "
     "御名前 なまえ 氏名1 本名 顧客名 顧客氏名 お客様名 お客さま名 お客様氏名 お客様 会員名 "
     "会員氏名 "
     "ユーザー名 ユーザ名 契約者 契約者名 契約者氏名 ご契約者 ご契約者名 ご契約者様名 加入者名 "
     "申込者 申込者名 申込者氏名 ご本人氏名 本人氏名 宛名 漢字氏名 "
     "氏名漢字 氏名又は名称 氏名名称 氏名または名称 name漢字"},
    {{FieldId::kName, 1},
     "氏 姓 苗字 名字 みょうじ lastname lname familyname surname sei myoji myouji namesei "
     "seimeisei "
     "sn namelast lastnm namefamily familynm 氏名姓 名前姓 氏名氏 お名前姓 姓漢字 漢字姓 seikanji "
     "name1 lastnamekanji 氏漢字"},
    {{FieldId::kName, 2},
     "名 下の名前 したのなまえ firstname fname givenname forename mei namemei seimeimei namefirst "
     "firstnm namegiven 氏名名 名前名 お名前名 名漢字 漢字名 meikanji name2 firstnamekanji"},
    {{FieldId::kKana},
     "カナ フリガナ ふりがな かな よみ ヨミ 読み よみがな ヨミガナ 読み仮名 読みがな ふり仮名 "
     "振り仮名 振仮名 仮名 カタカナ カナ名称 kana furigana hurigana yomi yomigana namekana "
     "kananame "
     "katakana shimeikana kanashimei simeikana kanasimei kokyakukana phoneticname rubi ruby "
     "nameruby "
     "nameyomi hiragana namefurigana namephonetic"},
    {{FieldId::kKana, 1},
     "セイ せい 姓カナ カナ姓 氏カナ カナ氏 姓フリガナ フリガナ姓 姓かな せいかな lastnamekana "
     "seikana kanasei lastkana familynamekana familykana lastnamephonetic lastnamefurigana "
     "seifurigana kanalast kanalastname seiyomi lastnameyomi namelastkana surnamekana "
     "phoneticlastname"},
    {{FieldId::kKana, 2},
     "メイ めい 名カナ カナ名 名フリガナ フリガナ名 名かな めいかな firstnamekana meikana kanamei "
     "firstkana givennamekana givenkana firstnamephonetic firstnamefurigana meifurigana kanafirst "
     "kanafirstname meiyomi firstnameyomi namefirstkana phoneticfirstname"},
    {{FieldId::kRomaji},
     "ローマ字 ローマ字氏名 氏名ローマ字 英字氏名 氏名英字 英字名 英名 romaji romanname nameromaji "
     "romajiname nameen nameenglish englishname nameroman namealphabet alphabetname 英語名 "
     "欧文氏名 "
     "shimeiromaji"},
    {{FieldId::kRomaji, 1},
     "姓ローマ字 ローマ字姓 lastnameromaji lastnameen seiromaji romajisei 姓英字"},
    {{FieldId::kRomaji, 2},
     "名ローマ字 ローマ字名 firstnameromaji firstnameen meiromaji romajimei 名英字"},
    {{FieldId::kPostal},
     "zip zipcode postal postalcode postcode postno postnumber zipno zipcd zc yubin yuubin yubinno "
     "yuubinno yubinbango yubinbangou yuubinbangou yuubinbango yubincd postcd postalno postalcd "
     "郵便 "
     "郵便番号 郵便no 〒 〒番号 郵便番号7桁 plz 〒郵便番号 住所郵便番号"},
    {{FieldId::kPostal, 1},
     "郵便番号1 郵便番号上3桁 郵便番号親番 郵便番号上 郵便番号3桁 郵便番号前 zip1 zipcode1 yubin1 "
     "yuubin1 postal1 postalcode1 postcode1 zipa zipfirst 郵便1"},
    {{FieldId::kPostal, 2},
     "郵便番号2 郵便番号下4桁 郵便番号子番 郵便番号下 郵便番号4桁 郵便番号後 zip2 zipcode2 yubin2 "
     "yuubin2 postal2 postalcode2 postcode2 zipb zipsecond 郵便2"},
    {{FieldId::kAddress},
     "address fulladdress addr addressfull streetaddressfull postaladdress homepostaladdress "
     "residence jusho jyusho juusho jyuusyo jusyo juusyo jyuusho 住所 ご住所 御住所 所在地 住居 "
     "住まい "
     "お住まい 居住地 現住所 住民票住所 住所全体 全住所 設置場所 設置先 設置場所住所 ご利用場所 "
     "利用場所 addressja homeaddress adrs adr addrs direccion"},
    {{FieldId::kAddress, 1},
     "都道府県 都道府県名 県 県名 府県 prefecture pref prefname prefecturename ken todofuken "
     "todouhuken todoufuken kenmei state province region addresspref addrpref stateprovince "
     "住所都道府県 addresslevel1 administrativearea stprov"},
    {{FieldId::kAddress, 2},
     "市区町村 市区町村名 市区郡 市町村 市町村名 市区 市 市名 郡市区 市郡区 市区郡町村 "
     "city cityname shikuchoson sikutyouson shikuchouson shiku locality municipality addresscity "
     "addrcity citytown ward 住所市区町村 addresslevel2"},
    {{FieldId::kAddress, 3},
     "町名 町域 町域名 町丁目 町村 大字 大字町名 字 町 town townname area street1 住所1 address1 "
     "addr1 add1 adr1 adrs1 addressline1 addrline1 line1 streetaddress streetline1 jusho1 jyusho1 "
     "juusho1 jyuusyo1 jusyo1 choiki choikimei chomei choson suburb district 住所町名 丁目町名 "
     "市区町村以降 以降の住所 以降住所 それ以降の住所 住所以降 町名番地 町名以下 町域番地 "
     "addresstown"},
    {{FieldId::kAddress, 4},
     "番地 丁目番地 丁番地 番地等 番地以下 丁目 番地号 番地以降 street streetname streetnumber "
     "住所2 address2 addr2 add2 adr2 adrs2 addressline2 addrline2 line2 streetline2 jusho2 jyusho2 "
     "juusho2 jyuusyo2 jusyo2 banchi banti chome 住所番地 丁目番地号 addressstreet 地番 "
     "housenumber"},
    {{FieldId::kAddress, 5},
     "住所3 住所4 address3 address4 addr3 addr4 add3 add4 adr3 adrs3 addressline3 addrline3 line3 "
     "jusho3 jyusho3 juusho3 jyuusyo3 jusyo3 建物 建物名 建物名等 建物名部屋番号 建物名号室 "
     "マンション名 マンション アパート名 アパートマンション名 ビル名 ビル 方書 方書き 部屋番号 "
     "号室 "
     "building buildingname bldg bldgname apartment apt mansion room roomno roomnumber tatemono "
     "tatemonomei katagaki heya heyabango addressbuilding addrbuilding 住所建物名 住所建物 "
     "住所方書 "
     "addressother unit"},
    {{FieldId::kBirthdate},
     "生年月日 誕生日 お誕生日 出生日 生年月日西暦 生年月日和暦 birthday birthdate dateofbirth dob "
     "birth birthymd bday born seinengappi seinengapi seinen tanjobi tanjoubi bd bdate birthdt "
     "birthjp"},
    {{FieldId::kBirthdate, 1},
     "元号 年号 和暦 生年月日元号 生年月日年号 gengou gengo nengo birthera"},
    {{FieldId::kBirthdate, 2},
     "生年 誕生年 生まれ年 生年月日年 生年月日1 birthyear birthdayyear birthdateyear yearofbirth "
     "byear "
     "doby dobyear birthyyyy birthy birthdate1 birthday1 birth1 tanjobiy 誕生日年"},
    {{FieldId::kBirthdate, 3},
     "生月 誕生月 生まれ月 生年月日月 生年月日2 birthmonth birthdaymonth birthdatemonth "
     "monthofbirth "
     "bmonth dobm dobmonth birthmm birthm birthdate2 birthday2 birth2 誕生日月"},
    {{FieldId::kBirthdate, 4},
     "生日 生まれ日 生年月日日 生年月日3 birthdayday birthdateday dayofbirth bday3 dobd dobday "
     "birthdd "
     "birthd birthdate3 birthday3 birth3 誕生日日"},
};

constexpr NameGroup kTelling[] = {
    {{FieldId::kBirthdate}, "生年月日 誕生日"},
    {{FieldId::kEmail}, "メールアドレス メルアド メアド"},
    {{FieldId::kPostal}, "郵便番号"},
    {{FieldId::kPhone}, "電話番号 携帯番号"},
    {{FieldId::kKana}, "フリガナ ふりがな ヨミガナ"},
    {{FieldId::kContract}, "契約番号"},
    {{FieldId::kRef}, "顧客番号 お客様番号 会員番号 顧客id 会員id"},
    {{FieldId::kEmail}, "メール"},
    {{FieldId::kPhone}, "携帯電話 電話 回線番号"},
    {{FieldId::kKana}, "カナ"},
    {{FieldId::kAddress}, "住所 所在地"},
    {{FieldId::kName}, "氏名 お名前"},
    {{FieldId::kCard}, "カード番号"},
};

constexpr PersonWords kPersons[] = {
    {Person::kFamily,
     "保護者 親権者 ご家族 家族 配偶者 世帯主 世帯員 父親 母親 子供 お子様 扶養者 続柄者 guardian "
     "parent father mother spouse husband wife family child children relative hogosha kazoku "
     "dependent"},
    {Person::kContact,
     "緊急連絡先 緊急時 緊急 代理人 保証人 紹介者 同居人 連帯保証人 法定代理人 emergency kin "
     "guarantor referrer referee introducer kinkyu kinkyuu hoshounin dairinin contactperson"},
    {Person::kRecipient,
     "ご請求先 請求先 請求書送付先 請求書 送付先 お届け先 届け先 届先 お届先 配送先 送り先 発送先 "
     "贈り先 支払者 支払人 支払 口座名義人 口座名義 名義人 カード名義 受取人 別送先 billing bill "
     "billto invoice invoiceto shipping ship shipto delivery deliver recipient payer payee "
     "receiver "
     "seikyu seikyuu seikyusaki seikyuusaki soufusaki haisou todokesaki cardholder accountholder"},
    {Person::kUser, "ご利用者様 ご利用者 利用者 使用者"},
};

constexpr std::string_view kOthers =
    "担当 会社 法人名 企業 勤務先 勤務 職場 学校 店舗 店名 代理店 取扱店 販売店 加盟店 部署 商品 "
    "製品 "
    "登録日 更新日 作成日 契約日 申込日 開始日 終了日 有効期限 日時 配信 種別 種類 区分 有無 件数 "
    "フラグ 同意 可否 希望 順 合計 金額 状態 ステータス 備考 パスワード 銀行名 支店名 金融機関名 "
    "旧姓 "
    "件名 項目 性別 メルマガ 確認 認証 質問 ハンドルネーム ニックネーム 受付者 入力者 作成者 "
    "更新者 "
    "オペレータ staff operator company corp corporate corporation organization organisation office "
    "shop store branch agency agent product item file filename host hostname flag flg type kind "
    "status count cnt kbn kubun verified valid validated optin permission magazine newsletter "
    "created updated modified registered login ip url uri uuid guid password passwd pwd pass hash "
    "salt token session device model event class category domain table column server group role "
    "title subject campaign template nickname nick handle tantou tantousha kaisha tenpo shohin "
    "employer workplace school department dept job business vendor supplier seller manager "
    "operatorname sex gender language lang locale country timezone creator author editor parentid "
    "expiry expire expires";

constexpr std::string_view kOwners =
    "顧客 お客様の お客様 お客さま 会員 契約者様 ご契約者様 ご契約者 契約者の 契約者 加入者 "
    "申込者 申込人 ご本人様 ご本人 本人 登録 現在の 現 新 旧 前 変更後 変更前 自宅 ご自宅 "
    "連絡先 ご連絡先 連絡用 契約 ユーザー ユーザ 主 第一 第1 メイン 個人 基本 客 customer cust "
    "client "
    "member user users usr account acct subscriber subs person people personal contact primary "
    "main "
    "home my private profile prof info data master tbl t m c u f s k col fld field val attr "
    "registered current old new kokyaku kaiin okyakusama okyaku keiyakusha keiyaku riyousha "
    "moushikomisha moushikomi honnin jitaku renrakusaki fixed individual your source doc result "
    "row record wp billto patron owner applicant apply order entry form input txt reg jp ja";

constexpr std::string_view kFillers =
    "欄 必須 任意 情報 半角 全角 ハイフンなし ハイフンあり 西暦 和暦 入力 その他 様 の the txt "
    "text "
    "str string value val field fld raw 1 2 3 01 02 s org orig full utf8 ja jp plain ハイフン無し "
    "ハイフン有り no num cd kanji 漢字";

}  // namespace

std::span<const NameGroup> whole_names() { return kWhole; }
std::span<const NameGroup> telling_parts() { return kTelling; }
std::span<const PersonWords> person_words() { return kPersons; }
std::string_view other_words() { return kOthers; }
std::string_view owner_words() { return kOwners; }
std::string_view filler_words() { return kFillers; }
std::string_view kana_words() {
  return "フリガナ ふりがな カナ かな ヨミガナ よみがな ヨミ よみ 読み 仮名 kana furigana yomi "
         "phonetic ruby katakana hiragana";
}
std::string_view romaji_words() { return "ローマ字 英字 romaji roman alphabet english en"; }

}  // namespace hitokoe::matcher
