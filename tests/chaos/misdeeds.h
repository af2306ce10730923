// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "chaos/yard.h"

#include <QString>

#include <random>

namespace semper::chaos {

/// Does a few bad things to \a yard at once, and says which. The same random numbers do the same.
[[nodiscard]] QString misbehave(Yard &yard, std::mt19937 &random);

enum class Half { Server, Guardian, Both };
/// Kills that half of the server; everything of it has to be gone by itself, or, after Both, once
/// a new one has started, which this does. What is not as it should be, in words.
[[nodiscard]] QStringList killServer(Yard &yard, Half half);

} // namespace semper::chaos
