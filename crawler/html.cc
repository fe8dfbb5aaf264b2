#include "crawler/html.h"

#include <libxml/HTMLparser.h>
#include <libxml/HTMLtree.h>
#include <libxml/xpath.h>

#include <limits>

#include "crawler/xml.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::crawler {

namespace {

constexpr unsigned long kMostSteps = 20'000'000;  // of one query

struct FreeContext {
  void operator()(xmlXPathContext* context) const { xmlXPathFreeContext(context); }
};
struct FreeObject {
  void operator()(xmlXPathObject* object) const { xmlXPathFreeObject(object); }
};
struct FreeExpression {
  void operator()(xmlXPathCompExpr* expression) const { xmlXPathFreeCompExpr(expression); }
};
struct FreeBuffer {
  void operator()(xmlBuffer* buffer) const { xmlBufferFree(buffer); }
};
struct FreeText {
  void operator()(xmlChar* text) const { xmlFree(text); }
};

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(kSpace) - from + 1));
}

}  // namespace

struct XPath::State {
  std::unique_ptr<xmlXPathCompExpr, FreeExpression> expression;
};

Result<XPath> XPath::compile(const std::string& text) {
  const std::unique_ptr<xmlXPathContext, FreeContext> context(xmlXPathNewContext(nullptr));
  if (!context) return fail(Errc::kInternal, "XPath: out of memory", "XPath: メモリ不足");
  context->error = [](void* /*data*/, auto* /*error*/) {};
  auto state = std::make_shared<State>();
  state->expression.reset(
      xmlXPathCtxtCompile(context.get(), reinterpret_cast<const xmlChar*>(text.c_str())));
  if (!state->expression)
    return fail(Errc::kBadInput, "not an XPath 1.0 expression", "XPath 1.0 の式ではありません");
  return XPath(std::move(state));
}

struct HtmlPage::State {
  XmlDocument doc;
  std::unique_ptr<xmlXPathContext, FreeContext> context;

  std::unique_ptr<xmlXPathObject, FreeObject> ask(const XPath::State& path, Node from) const {
    if (!context) return nullptr;
    context->node = from == nullptr ? xmlDocGetRootElement(doc.get())
                                    : const_cast<xmlNode*>(static_cast<const xmlNode*>(from));
    context->opCount = 0;
    return std::unique_ptr<xmlXPathObject, FreeObject>(
        xmlXPathCompiledEval(path.expression.get(), context.get()));
  }
};

HtmlPage::HtmlPage(ByteView body) : state_(std::make_unique<State>()) {
  silence_libxml2();
  const auto text = text::decode(body, text::detect(body)).utf8;
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return;
  // Without HTML_PARSE_HUGE: the bounds on depth and lengths stay.
  state_->doc.reset(htmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, "UTF-8",
                                   HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                       HTML_PARSE_NONET | HTML_PARSE_COMPACT));
  if (!state_->doc) return;
  state_->context.reset(xmlXPathNewContext(state_->doc.get()));
  if (!state_->context) return;
  state_->context->error = [](void* /*data*/, auto* /*error*/) {};
  state_->context->opLimit = kMostSteps;
}

HtmlPage::~HtmlPage() = default;

std::vector<HtmlPage::Node> HtmlPage::select(const XPath& path, Node from) const {
  std::vector<Node> out;
  const auto found = state_->ask(*path.state_, from);
  if (!found || found->type != XPATH_NODESET || found->nodesetval == nullptr) return out;
  for (int i = 0; i < found->nodesetval->nodeNr; ++i) out.push_back(found->nodesetval->nodeTab[i]);
  return out;
}

std::string HtmlPage::text(const XPath& path, Node from) const {
  const auto found = state_->ask(*path.state_, from);
  if (!found) return {};
  const std::unique_ptr<xmlChar, FreeText> text(xmlXPathCastToString(found.get()));
  return trimmed(xml_view(text.get()));
}

std::string HtmlPage::html(Node node) const {
  const std::unique_ptr<xmlBuffer, FreeBuffer> buffer(xmlBufferCreate());
  if (!buffer) return {};
  htmlNodeDump(buffer.get(), state_->doc.get(),
               const_cast<xmlNode*>(static_cast<const xmlNode*>(node)));
  return {reinterpret_cast<const char*>(xmlBufferContent(buffer.get())),
          static_cast<std::size_t>(xmlBufferLength(buffer.get()))};
}

}  // namespace hitokoe::crawler
