// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "protocol/processstatus.h"

#include <QString>
#include <QStringView>

#include <optional>

namespace semper {

/// What a command waits for.
enum class Effect {
    Ready, ///< ready, in a launch as the configuration says, or finished with success
    Up, ///< running
    Down, ///< no launch alive, and none to come by itself
    Stopped, ///< the same, and not to be had of what cannot be killed: what `stop` is for
    Done, ///< finished with success
    Relaunched, ///< ready in another launch than before
    Started ///< ready, in whatever launch, or finished already: what `start` is for
};

/// "ready", "up", "down" or "done".
[[nodiscard]] SEMPER_SERVER_EXPORT std::optional<Effect> effectFromString(QStringView text);

struct Verdict
{
    enum class Kind { Pending, Reached, OutOfReach };
    Kind kind = Kind::Pending;
    QString reason = {}; ///< of OutOfReach
    friend bool operator==(const Verdict &, const Verdict &) = default;
};

/// Whether a process has come to where \a effect wants it. \a before is how it was when the
/// command was given.
[[nodiscard]] SEMPER_SERVER_EXPORT Verdict judge(
    Effect effect, const ProcessStatus &before, const ProcessStatus &status);

} // namespace semper
