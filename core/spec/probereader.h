// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "spec/objectreader.h"
#include "spec/surroundings.h"

#include <semper/httpprobespec.h>

#include <QList>
#include <QString>
#include <QStringList>

#include <chrono>

namespace semper {

/// The shortest "interval_ms" of a probe.
inline constexpr std::chrono::milliseconds leastProbeInterval{50};

/// A key that not every mode of a probe has a use for.
struct KeyOfModes
{
    QString key;
    QStringList modes; ///< that have one
    bool required;
};

/// Complains of the keys in \a table that \a mode has no use for, and of those that it lacks.
void checkKeysOfModes(
    const ObjectReader &reader, const QString &mode, const QList<KeyOfModes> &table);

/// What a probe connects to. Empty where it is absent or wrong, which it complains of.
[[nodiscard]] QString readProbeAddress(
    const ObjectReader &reader, const Surroundings &surroundings);
/// What a probe asks for, with an absolute path. Empty where it is absent; complains of what is
/// wrong.
[[nodiscard]] QString readProbeUrl(const ObjectReader &reader, const Surroundings &surroundings);
/// The keys beside "url".
[[nodiscard]] HttpProbeSpec readHttpProbe(const ObjectReader &reader);
/// A regular expression. Empty where it is absent; complains of what is none.
[[nodiscard]] QString readPattern(const ObjectReader &reader, const QString &key);

} // namespace semper
