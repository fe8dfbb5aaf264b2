// What a program of ours does before anything else.
#pragma once

namespace hitokoe {

// No core dumps and no ptrace by others (leaked text and keys are in memory), SIGPIPE ignored,
// files made private (umask 077). For main().
void harden_process();

}  // namespace hitokoe
