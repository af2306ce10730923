// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace semper::bench {

// All throw std::invalid_argument with what is wrong.

/// Hands on each "--option value" of a command line.
void takeEach(int argc, char *argv[],
    const std::function<void(std::string_view option, const std::string &value)> &take);
/// "a,b" without its commas.
[[nodiscard]] std::vector<std::string> split(const std::string &list);
[[nodiscard]] int numberIn(std::string_view text, int least, int most);

} // namespace semper::bench
