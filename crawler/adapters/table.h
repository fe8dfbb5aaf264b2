// Every format that the crawler knows; table.cc gives them their names in configuration.
#pragma once

namespace hitokoe::crawler {

class Adapter;

const Adapter& dat_board_adapter();
const Adapter& discourse_adapter();
const Adapter& discourse_topics_adapter();
const Adapter& feed_adapter();
const Adapter& gist_adapter();
const Adapter& haste_adapter();
const Adapter& imageboard_adapter();
const Adapter& json_feed_adapter();
const Adapter& linked_adapter();
const Adapter& list_adapter();
const Adapter& machi_adapter();
const Adapter& pastebin_adapter();
const Adapter& privatebin_adapter();
const Adapter& ransom_feed_adapter();
const Adapter& rentry_adapter();
const Adapter& shitaraba_adapter();
const Adapter& sitemap_adapter();
const Adapter& telegram_adapter();
const Adapter& xpath_adapter();

}  // namespace hitokoe::crawler
