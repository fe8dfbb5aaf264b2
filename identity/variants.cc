#include "identity/variants.h"

#include <array>
#include <cstdint>
#include <vector>

#include "hitokoe/identity/kanji.h"

namespace hitokoe::identity {
namespace {

// Groups between spaces: the first is the form that stays. Compatibility ideographs are not here:
// NFKC has folded them.
constexpr std::u32string_view kName =
    U"亜亞 尚尙 内內 悪惡 圧壓 囲圍 医醫 為爲 壱壹 隠隱 栄榮 営營 衛衞 駅驛 円圓 塩鹽 "
    U"縁緣 艶艷 応應 欧歐 殴毆 桜櫻 奥奧 横橫 温溫 穏穩 仮假 価價 画畫 会會 "
    U"絵繪 壊壞 懐懷 概槪 拡擴 殻殼 覚覺 学學 岳嶽 楽樂 渇渴 缶罐 巻卷 陥陷 "
    U"勧勸 寛寬 関關 歓歡 観觀 気氣 既旣 帰歸 偽僞 戯戲 犠犧 旧舊 拠據 挙擧 "
    U"虚虛 峡峽 挟挾 狭狹 郷鄕 暁曉 区區 駆驅 勲勳 薫薰 径徑 茎莖 恵惠 掲揭 "
    U"渓溪 経經 蛍螢 軽輕 継繼 鶏鷄 芸藝 撃擊 欠缺 研硏 県縣 倹儉 剣劍劔剱劒釼 "
    U"険險 圏圈 検檢 献獻 権權 顕顯 験驗 厳嚴 広廣 効效 恒恆 黄黃 鉱鑛 号號 "
    U"国國圀 黒黑 砕碎 済濟 斎齋 剤劑 雑雜 参參 桟棧 蚕蠶 惨慘 賛贊 残殘 糸絲 "
    U"歯齒 児兒 辞辭 湿濕 実實 写寫 釈釋 寿壽 収收 従從 渋澁 獣獸 縦縱 粛肅 "
    U"処處 叙敍 将將 称稱 渉涉 焼燒 証證 奨奬 条條 状狀 乗乘 浄淨 剰剩 畳疊 "
    U"縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 真眞 寝寢 慎愼 尽盡 図圖 粋粹 酔醉 "
    U"穂穗 随隨 髄髓 枢樞 数數 瀬瀨 声聲 斉齊 静靜 窃竊 摂攝 専專 浅淺 戦戰 "
    U"践踐 銭錢 潜潛 繊纖 禅禪 双雙 壮壯 争爭 荘莊 捜搜 挿插 巣巢 曽曾 痩瘦 "
    U"装裝 総總 騒騷 増增 蔵藏 臓臟 即卽 属屬 続續 堕墮 対對 体體 帯帶 滞滯 "
    U"台臺 滝瀧 択擇 沢澤 担擔 単單 胆膽 団團 断斷 弾彈 遅遲 痴癡 虫蟲 昼晝 "
    U"鋳鑄 庁廳 徴徵 聴聽 勅敕 鎮鎭 逓遞 鉄鐵銕 点點 転轉 伝傳 灯燈 当當 党黨 "
    U"盗盜 稲稻 闘鬭鬪 徳德 独獨 読讀 届屆 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 "
    U"麦麥 発發 髪髮 抜拔 蛮蠻 秘祕 浜濱濵 瓶甁 払拂 仏佛 併倂 並竝 餅餠 辺邊邉 "
    U"変變 弁辨瓣辯辮辦 歩步 宝寶寳 豊豐 褒襃 翻飜 万萬 満滿 麺麵 黙默 弥彌 訳譯 "
    U"薬藥 与與 予豫 余餘 誉譽 揺搖 様樣 謡謠 来來 頼賴 乱亂 覧覽 竜龍 両兩 "
    U"猟獵 緑綠 涙淚 塁壘 礼禮 励勵 霊靈 齢齡 暦曆 歴歷 恋戀 炉爐 労勞 楼樓 "
    U"録錄 湾灣 高髙 崎﨑嵜 吉𠮷 土圡𡈽 橋𣘺 桑桒 柳栁 達逹 戸戶 青靑 清淸凊 "
    U"告吿 間閒 教敎 姫姬 彦彥 悦悅 税稅 鋭銳 脱脫 閲閱 歳歲 毎每 没沒 産產 "
    U"絶絕 説說 顔顏 飲飮 凛凜 尭堯 巌巖 桧檜 槙槇 禰祢 禄祿 穣穰 亘亙 瑶瑤 "
    U"遥遙 頬頰 鴎鷗 麹麴 騨驒 蛎蠣 蝋蠟 蝉蟬 繋繫 繍繡 聡聰 荊荆 莱萊 蒋蔣 "
    U"薮藪籔 籠篭 鴬鶯 醤醬 靭靱 頚頸 掻搔 掴摑 焔焰 祷禱 箪簞 填塡 顛顚 剥剝 "
    U"嘘噓 噛嚙 屏屛 涜瀆 溌潑 躯軀 鹸鹼 麸麩 晋晉 皓晧 隣鄰 亀龜 芦蘆 棋棊 "
    U"秋穐龝秌 卯夘 厩廐廏 煙烟 往徃 曳曵 穎頴 回囘 界畍 蟹蠏 蓋盖葢 学斈 協恊 "
    U"雁鴈鳫 奇竒 棄弃 帰皈 京亰 群羣 憩憇 渓谿 虎乕 鼓皷 耕畊 轟軣 嵯嵳 場塲 "
    U"畳疉疂 刃刄 垂埀 翠翆 澄澂 世丗 畝畆畒㽗𤰖 善譱 蘇蘓 窓窗 走赱 卒卆 多夛 "
    U"体躰軆 竪豎 狸貍 樽墫 稚穉 町甼 珍珎 鶴寉 纏纒 兎兔莵 砺礪 島陦㠀隯 豆荳 "
    U"徳悳𢛳 栃杤𣜜 韮韭 博愽 函凾 氷冰 幣幤 閉閇 本夲 蓑簑簔 夢梦 綿緜 窯窰 "
    U"瑠璢 留畄畱 俎爼 埒埓 悴忰 樒櫁 櫟檪 筍笋 臘臈 艫舮 蕊蘂蕋 鳧鳬 丑丒 傘仐 "
    U"兜兠 勢㔟 和咊 哲啠 埣𡉻 宇𡧃 岸㟁𡶜 巌巗 帆㠶 廻𢌞廽 斉斊 明朙 栄荣 奈柰 "
    U"柳桺 梨棃 幹榦 沈沉 窪漥 焔熖㷔 脇𦚰䏮 塩𦣪 葱蔥 旧𦾔 猫貓 辛𨐌 返﨤 部郶 "
    U"鍬鍫 長镸 陀陁 陰隂 雄䧺 鶏雞𨿸 雛鶵 鹿𢈘 丈𠀋 喜㐂 宜冝 風凮 功㓛 勇勈 "
    U"器噐 嚢囊 野𡌛 潟泻 虚虗 賢贒 崎㟢𥔎 爾尒 緒緖 松柗枩 尻㞍 杉杦 曹曺 泰𣳾 "
    U"台䑓 迫廹 晩晚 毘毗 戻戾 藪䉤 郎郞 猪豬 瀦潴 賤賎 涛濤 萌萠 篠筱筿 峨峩 "
    U"苺莓 藁稾 "
    U"壷壺 凍冻 侠俠 淵渊 讃讚 諫諌 鯵鰺 爾尓 迩邇 釜釡 竈竃 檮梼 ";

constexpr std::u32string_view kLoose =
    U"斎斉齊齋 島嶋嶌 富冨 館舘 野埜 峰峯 渕淵渊 昇曻 園薗 涼凉 沖冲 枡桝 村邨 "
    U"杯盃 梅楳 船舩 略畧 仙僊 皐皋 岩嵒嵓 "
    U"旗籏簱 耀燿 刈苅 柏栢 湧涌 槍鎗鑓 葦芦蘆 梁簗 碕崎 跡蹟迹 ";

constexpr std::u32string_view kAddress =
    U"釜竈竃釡 治冶 巳己已 背脊 砲炮 爾迩邇尓 婁娄 祇祗 鷆鷏 櫟擽 班斑 野埜 富冨 "
    U"館舘 島嶋嶌 峰峯 渕淵渊 園薗 冲沖 枡桝 舟船舩 "
    U"洲州 阪坂 堀掘 飽鉋 崎碕埼 回廻 刈苅 柏栢 湧涌 付附 跡蹟迹 兎菟莵 旗籏簱 櫨枦 "
    U"萱萓 芦葦蘆 槍鎗鑓 梁簗 栃橡 禰袮祢 樟楠 篦箆箟 砂沙 箱函 鳥烏 爪瓜 網綱 盃杯 "
    U"岩巌嵒嵓 梅楳 昇曻 郷鄕 村邨 ";

class Variants {
 public:
  explicit Variants(std::initializer_list<std::u32string_view> tables) {
    for (char32_t c = 0; c < kBmp; ++c) map_[c] = static_cast<std::uint16_t>(c);
    for (const std::u32string_view table : tables) add(table);
  }

  char32_t of(char32_t c) const {
    // Of most kanji there is one form: a bit says so, and the bits of all fit into 8 KiB.
    if (c < kBmp) return (folds_[c / 64] >> c % 64 & 1) == 0 ? c : map_[c];
    for (const auto& [from, to] : beyond_) {
      if (from == c) return to;
    }
    return c;
  }

 private:
  static constexpr char32_t kBmp = 0x10000;

  void add(std::u32string_view table) {
    char32_t head = 0;
    for (const char32_t c : table) {
      if (c == U' ') {
        head = 0;
      } else if (head == 0) {
        head = of(c);
      } else {
        set(c, head);
      }
    }
  }

  // Also what led to `c` so far leads to `to`: the tables are applied at once, not in turn.
  void set(char32_t c, char32_t to) {
    if (c == to) return;
    if (c >= kBmp) {
      beyond_.emplace_back(c, to);
      return;
    }
    for (const char32_t other : folded_) {
      if (map_[other] == c) map_[other] = static_cast<std::uint16_t>(to);
    }
    for (auto& [from, form] : beyond_) {
      if (form == c) form = to;
    }
    map_[c] = static_cast<std::uint16_t>(to);
    folds_[c / 64] |= std::uint64_t{1} << c % 64;
    folded_.push_back(c);
  }

  std::array<std::uint64_t, kBmp / 64> folds_{};  // bits: those that map_ changes
  std::array<std::uint16_t, kBmp> map_;
  std::vector<char32_t> folded_;
  std::vector<std::pair<char32_t, char32_t>> beyond_;
};

}  // namespace

std::u32string_view name_variants() { return kName; }
std::u32string_view loose_variants() { return kLoose; }
std::u32string_view address_variants() { return kAddress; }

char32_t fold_name_kanji(char32_t c) {
  static const Variants variants{kName};
  return variants.of(c);
}

char32_t fold_loose_kanji(char32_t c) {
  static const Variants variants{kName, kLoose};
  return variants.of(c);
}

char32_t fold_address_kanji(char32_t c) {
  static const Variants variants{kName, kAddress};
  return variants.of(c);
}

char32_t modern_kanji(char32_t c) { return fold_loose_kanji(c); }

}  // namespace hitokoe::identity
