// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

#include <sys/types.h>

namespace semper {

struct SweptProcess
{
    pid_t pid = 0;
    QString name; ///< as `ps` shows it, at most 15 characters

    friend bool operator==(const SweptProcess &, const SweptProcess &) = default;
};

struct SweepResult
{
    QList<SweptProcess> found; ///< in the order of their pids
    int left = 0; ///< how many of them could not be killed in time

    /// What both have found; they have nobody in common.
    [[nodiscard]] SweepResult operator+(const SweepResult &other) const
    {
        return {.found = found + other.found, .left = left + other.left};
    }
};

} // namespace semper
