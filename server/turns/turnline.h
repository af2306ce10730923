// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

namespace semper {

class TurnTaker;

/// Those of one door that wait for their turn. While several doors have some, each gets as much
/// time as the others, however many wait at it.
struct TurnLine
{
    std::deque<TurnTaker *> waiting = {};
};

} // namespace semper
