// The calibration plot: what was said against what was so, with intervals.
#include <algorithm>
#include <array>
#include <cstdio>

#include "hitokoe/evaluation/evaluate.h"

namespace hitokoe::evaluation {

namespace {

constexpr double kLeft = 70, kTop = 50, kSide = 400, kWidth = 660, kHeight = 520;
constexpr std::array<const char*, 3> kColours = {"#1668b8", "#c25a00", "#2c8a4b"};

template <class... Values>
std::string print(const char* format, Values... values) {
  char text[400];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

double x_of(double p) { return kLeft + kSide * p; }
double y_of(double p) { return kTop + kSide * (1 - p); }

std::string text(double x, double y, std::string_view anchor, std::string_view words) {
  return print("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"", x, y) + std::string(anchor) + "\">" +
         std::string(words) + "</text>\n";
}

std::string axes(Language l) {
  std::string out = print(
                        "<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" fill=\"none\" "
                        "stroke=\"#444\"/>\n",
                        kLeft, kTop, kSide, kSide) +
                    print(
                        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#999\" "
                        "stroke-dasharray=\"4 4\"/>\n",
                        x_of(0), y_of(0), x_of(1), y_of(1));
  for (int i = 0; i <= 10; i += 2) {
    const double p = i / 10.0;
    out += text(x_of(p), y_of(0) + 18, "middle", print("%.1f", p));
    out += text(x_of(0) - 8, y_of(p) + 4, "end", print("%.1f", p));
  }
  out += text(x_of(0.5), kHeight - 18, "middle",
              say(l, "首位の保有者に付けた確率", "probability given to the first holder"));
  out += text(
      kLeft, kTop - 28, "start",
      say(l, "実際に流出元だった割合（95 % 区間）", "share that was a source (95 % intervals)"));
  return out;
}

std::string series(const MethodFigures& m, const char* colour) {
  std::string line;
  std::string marks;
  for (const auto& bin : m.calibration) {
    const double x = x_of(std::clamp(bin.said, 0.0, 1.0));
    line += print("%.1f,%.1f ", x, y_of(bin.was.value));
    marks += print(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>"
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>\n",
        x, y_of(bin.was.low), x, y_of(bin.was.high), colour, x, y_of(bin.was.value), colour);
  }
  return "<polyline points=\"" + line + "\" fill=\"none\" stroke=\"" + colour + "\"/>\n" + marks;
}

}  // namespace

std::string calibration_svg(const Evaluation& e, Language l) {
  std::string out = print(
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                        "font-family=\"sans-serif\" font-size=\"12\">\n"
                        "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                        kWidth, kHeight) +
                    axes(l);
  std::size_t shown = 0;
  for (const auto& m : e.methods) {
    if (m.id != "model" && m.id != "files" && m.id != "oracle") continue;
    const char* colour = kColours[shown % kColours.size()];
    out += series(m, colour);
    const double y = kTop + 20 + 44 * static_cast<double>(shown);
    out += print("<circle cx=\"%.0f\" cy=\"%.0f\" r=\"5\" fill=\"%s\"/>\n", kLeft + kSide + 22,
                 y - 4, colour);
    out += text(kLeft + kSide + 34, y, "start", method_name(m.id, l));
    out += text(kLeft + kSide + 34, y + 16, "start", print("ECE %.4f", m.all.ece.value));
    ++shown;
  }
  return out + "</svg>\n";
}

}  // namespace hitokoe::evaluation
