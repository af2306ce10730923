// SPDX-License-Identifier: GPL-3.0-or-later
#include "interruption.h"

#include <thread>

#include <signal.h>

using namespace std::chrono_literals;

namespace semper::bench {

namespace {

volatile sig_atomic_t interrupted = 0;

void note(int)
{
    interrupted = 1;
}

} // namespace

void deferInterruption()
{
    struct sigaction action = {};
    action.sa_handler = note; // no SA_RESTART: poll is to return
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        sigaction(number, &action, nullptr);
}

void throwIfInterrupted()
{
    if (interrupted)
        throw Interrupted{};
}

void rest(std::chrono::nanoseconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    for (auto left = time; left > 0ns; left = end - std::chrono::steady_clock::now()) {
        throwIfInterrupted();
        std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, 100ms));
    }
    throwIfInterrupted();
}

} // namespace semper::bench
