// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rounds.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace semper::bench {

/// What the command line asks for.
struct Options
{
    Plan plan;
    std::set<std::string> contenders{"loop", "semper"};
    std::filesystem::path json; ///< empty: nowhere
};

/// Nothing where the command line is wrong; standard error was told why.
[[nodiscard]] std::optional<Options> parse(int argc, char *argv[]);

} // namespace semper::bench
