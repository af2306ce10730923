// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QString>

namespace semper {

/// An exception that ended a coroutine, for people.
struct Fault
{
    QString what; ///< its type and text: "std::out_of_range: no such row"
    bool isConfiguration = false; ///< a ConfigurationError; what is its text alone

    friend bool operator==(const Fault &, const Fault &) = default;
};

} // namespace semper
