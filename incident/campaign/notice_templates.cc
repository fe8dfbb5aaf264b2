#include "incident/campaign/notice_templates.h"

namespace hitokoe::incident::campaign {

const std::string_view kNoticeJa =
    R"(【重要】[[#guardian]]保護者様へ：お子様[[/guardian]][[^guardian]]お客さま[[/guardian]]の情報の流通に関するお詫びとお知らせ
[[name]] 様

[[#guardian]]このお知らせは未成年のお客さまの情報に関するもので、保護者様にお送りしています。以下の「お客さま」は、お子様のことです。

[[/guardian]]平素よりご愛顧を賜り、ありがとうございます。
このお知らせは、関係する事業者を代表して{{lead}}が一通にまとめてお送りしています。同じ件について、各社から重ねてご連絡することはありません。

■ お詫び
お客さまの情報が外部に流通していることを確認しました。お客さまに多大なご迷惑とご心配をおかけし、深くお詫び申し上げます。

■ 事案の概要
{{found}}、お客さまの情報を含むデータが外部に流通していることを確認しました（事案番号 {{incident}}）。{{#summary}}
{{summary}}{{/summary}}

■ お客さまの情報の項目
流通したデータに含まれていたお客さまの情報は、次の項目です。[[#carriers]]
・[[carrier]]：[[items]][[/carriers]]

■ 原因
{{#cause}}{{cause}}{{/cause}}{{^cause}}現在、調査中です。判明したことは、専用お問い合わせ窓口でお知らせします。{{/cause}}

■ 二次被害の有無
{{#secondary}}{{secondary}}{{/secondary}}{{^secondary}}現在、調査中です。お心当たりのある場合は、専用お問い合わせ窓口へお知らせください。{{/secondary}}

■ お客さまへのお願い
・心当たりのない電話、メール、郵便物や訪問には、お応えにならないようお願いします。
・この件で、暗証番号、パスワード、カード番号や口座番号をお尋ねすること、お金をお願いすることはありません。[[#guardian]]
・知らない人から電話、メール、SNS などで連絡があったときは、応えずに保護者様に知らせるよう、お子様とお話しください。
・学校、友人や家族を名のる連絡にもご注意ください。[[/guardian]]
・不審なことがありましたら、専用お問い合わせ窓口または最寄りの警察署へご相談ください。

■ 再発防止
{{#prevention}}{{prevention}}{{/prevention}}{{^prevention}}原因の調査とあわせて検討しています。決まったことは、専用お問い合わせ窓口でお知らせします。{{/prevention}}

■ 専用お問い合わせ窓口{{#desk_name}}
{{desk_name}}{{/desk_name}}
電話：{{desk_phone}}
メール：{{desk_email}}{{#desk_hours}}
受付時間：{{desk_hours}}{{/desk_hours}}
お問い合わせの際は、この番号をお伝えください：[[reference]]
)";

const std::string_view kNoticeEn =
    R"(Important notice about your [[#guardian]]child's [[/guardian]]personal information
Dear [[#guardian]]parent or guardian of [[/guardian]][[name]],

[[#guardian]]This notice is about a customer who is a minor, and is therefore addressed to you as parent or guardian. Where it says "your information", the information of your child is meant.

[[/guardian]]{{lead}} sends you this one notice on behalf of all companies concerned. They will not write to you separately about this incident. We sincerely apologize for the trouble and worry that it causes you.

What Happened
On {{found}} (Japan time) we confirmed that data containing your information is circulating outside (incident {{incident}}).{{#summary}}
{{summary}}{{/summary}}
{{#cause}}Cause: {{cause}}{{/cause}}{{^cause}}Cause: under investigation.{{/cause}}
{{#secondary}}Misuse: {{secondary}}{{/secondary}}{{^secondary}}Misuse of the data: under investigation.{{/secondary}}

What Information Was Involved[[#carriers]]
- [[carrier]]: [[items]][[/carriers]]

What We Are Doing
{{#prevention}}{{prevention}}{{/prevention}}{{^prevention}}We are investigating the cause and will decide how to prevent this from happening again.{{/prevention}}

What You Can Do
- Please do not respond to calls, mails, letters or visits that you did not expect.
- Nobody will ask you for a PIN, a password, a card or account number, or for money because of this incident.[[#guardian]]
- Please ask your child not to answer calls, mails or messages from strangers, and to tell you about them.
- Please beware of people who claim to be from the school, or to be friends or family.[[/guardian]]
- If anything seems suspicious, please contact us at the number below or the police.

For More Information{{#desk_name}}
{{desk_name}}{{/desk_name}}
Phone: {{desk_phone}}
E-mail: {{desk_email}}{{#desk_hours}}
Hours: {{desk_hours}}{{/desk_hours}}
Please give this number when you contact us: [[reference]]
)";

const std::string_view kGuardianJa =
    R"([[#guardian]]
このお知らせは未成年のお客さまの情報に関するもので、保護者様にお送りしています。本文の「お客さま」は、お子様のことです。知らない人からの連絡に応えないよう、お子様とお話しください。
[[/guardian]])";

const std::string_view kGuardianEn =
    R"([[#guardian]]
This notice is about a customer who is a minor, and is therefore addressed to you as parent or guardian. Where it speaks of your information, that of your child is meant. Please ask your child not to answer strangers.
[[/guardian]])";

}  // namespace hitokoe::incident::campaign
