// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace semper::bench {

/// How the clients of one kind of service speak. They send each server the same bytes.
struct Wire
{
    std::string name; ///< of the service, as servers, options and the JSON call it
    std::string title; ///< for people
    std::string greeting; ///< sent once, and answered with a head; empty: none
    std::string request;
    /// How many bytes the answer to a request has that \a text starts with; 0 if it is not whole.
    /// Throws std::runtime_error where it is not what is due.
    std::size_t (*answerBytes)(std::string_view text);
};

[[nodiscard]] const std::vector<Wire> &allWires();

/// The same for the answer to a greeting.
[[nodiscard]] std::size_t headBytes(std::string_view text);

} // namespace semper::bench
