// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <exception>

namespace semper::bench {

/// Somebody wants this program to end: thrown so that what was started is ended on the way out.
struct Interrupted : std::exception
{
    [[nodiscard]] const char *what() const noexcept override { return "interrupted"; }
};

/// From now on SIGINT, SIGTERM and SIGHUP end nothing by themselves, but let the two below throw.
void deferInterruption();
void throwIfInterrupted();
/// Sleeps for \a time; throws Interrupted as soon as that is wanted.
void rest(std::chrono::nanoseconds time);

} // namespace semper::bench
