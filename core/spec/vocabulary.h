// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/readyspec.h>
#include <semper/semper_core_export.h>

#include <QString>
#include <QStringList>

#include <optional>

namespace semper {

/// The words that a place in the configuration understands: keys of an object, or values.
struct Vocabulary
{
    QStringList known = {};
    QStringList later = {}; ///< promised, but refused by this version

    /// Why \a word is refused: "unknown key \"bakoff_ms\"; did you mean \"backoff_ms\"?". Nothing
    /// for a known one. \a kind is what the word is: "key", "policy".
    [[nodiscard]] SEMPER_CORE_EXPORT std::optional<QString> complaint(
        const QString &kind, const QString &word) const;
};

/// The objects of a configuration, each with keys of its own.
enum class ConfigObject {
    Server,
    ServiceLoop,
    Journal,
    Control,
    Service,
    Listener,
    Tls,
    ServiceLimits,
    Process,
    Enabled,
    Rlimits,
    OutputLimits,
    Schedule,
    Restart,
    Stop,
    Liveness,
    Ready
};

/// The keys of \a object: the one place where they are listed.
[[nodiscard]] SEMPER_CORE_EXPORT const Vocabulary &configKeys(ConfigObject object);

/// Values of a service's "type".
[[nodiscard]] SEMPER_CORE_EXPORT const Vocabulary &serviceTypes();
/// Values of "framing" of a service of this \a type; the first is the default. None where a service
/// of the type has no framing.
[[nodiscard]] SEMPER_CORE_EXPORT const Vocabulary &framings(const QString &type);
/// Values of "ready.mode", in the order of ReadyMode.
[[nodiscard]] SEMPER_CORE_EXPORT const Vocabulary &readyModes();
[[nodiscard]] SEMPER_CORE_EXPORT QString readyModeName(ReadyMode mode);
/// Values of "liveness.mode", in the order of LivenessMode.
[[nodiscard]] SEMPER_CORE_EXPORT const Vocabulary &livenessModes();

} // namespace semper
