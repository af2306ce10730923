// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "protocol/processphase.h"

#include <QDateTime>
#include <QJsonObject>
#include <QLatin1StringView>
#include <QString>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace semper {

struct Cause;

/// The cause of a cause, or none.
class SEMPER_CORE_EXPORT Because
{
public:
    Because() = default;
    Because(const std::optional<Cause> &cause);
    Because(const Cause &cause);

    [[nodiscard]] const Cause *get() const { return m_cause.get(); }
    SEMPER_CORE_EXPORT friend bool operator==(const Because &one, const Because &other);

private:
    std::shared_ptr<const Cause> m_cause;
};

/// What a Cause may be; each has its code of the wire.
namespace cause {

/// By itself, with this exit code.
struct Exited
{
    static constexpr QLatin1StringView code{"exited"};
    int exitCode = 0;
    friend bool operator==(const Exited &, const Exited &) = default;
};
/// By a signal.
struct Signalled
{
    static constexpr QLatin1StringView code{"signalled"};
    QString signal = {}; ///< "SIGSEGV"
    bool coreDumped = false;
    friend bool operator==(const Signalled &, const Signalled &) = default;
};
/// The process said what was wrong: an exception that a class let through, as a rule.
struct Fault
{
    static constexpr QLatin1StringView code{"fault"};
    QString what = {}; ///< its own words
    friend bool operator==(const Fault &, const Fault &) = default;
};
/// It ended with success, and what it had started went on: it is most likely a daemon.
struct Daemonized
{
    static constexpr QLatin1StringView code{"daemonized"};
    int exitCode = 0;
    QString processes = {}; ///< names and pids of what went on
    friend bool operator==(const Daemonized &, const Daemonized &) = default;
};
/// Nothing was executed.
struct NotStarted
{
    static constexpr QLatin1StringView code{"not_started"};
    QString step = {}; ///< what failed: "directory"; empty where the launch never began
    int error = 0; ///< errno; 0: there is none
    QString detail = {}; ///< "importer.py: execve: Permission denied"
    friend bool operator==(const NotStarted &, const NotStarted &) = default;
};
struct NotReady
{
    static constexpr QLatin1StringView code{"not_ready"};
    std::chrono::milliseconds after{0}; ///< the time that it had
    std::chrono::milliseconds asked{0}; ///< the time that it asked for, beyond that; 0: none
    QString probe = {}; ///< how it was to become ready: "tcp"
    QString detail = {}; ///< what was missing, where that is known
    friend bool operator==(const NotReady &, const NotReady &) = default;
};
/// No heartbeat.
struct Hung
{
    static constexpr QLatin1StringView code{"hung"};
    std::chrono::milliseconds silent{0};
    friend bool operator==(const Hung &, const Hung &) = default;
};
/// Its event loop turned, and it told of no work.
struct Stalled
{
    static constexpr QLatin1StringView code{"stalled"};
    std::chrono::milliseconds after{0}; ///< "stalled_after_ms"
    friend bool operator==(const Stalled &, const Stalled &) = default;
};
/// Its liveness probe.
struct ProbeFailed
{
    static constexpr QLatin1StringView code{"probe_failed"};
    QString probe = {}; ///< "http"
    int failures = 1; ///< in a row
    QString detail = {};
    friend bool operator==(const ProbeFailed &, const ProbeFailed &) = default;
};
/// It used more than it may.
struct Memory
{
    static constexpr QLatin1StringView code{"memory"};
    std::optional<qint64> bytes = {}; ///< that it used; nothing where the kernel killed it
    qint64 limitBytes = 0;
    bool byKernel = false; ///< killed at once; else found by a sample and asked to end
    friend bool operator==(const Memory &, const Memory &) = default;
};
/// It was old enough for another one to take its place.
struct Age
{
    static constexpr QLatin1StringView code{"age"};
    std::chrono::milliseconds after{0};
    friend bool operator==(const Age &, const Age &) = default;
};
/// It was killed because it took too long to stop.
struct StopOverdue
{
    static constexpr QLatin1StringView code{"stop_overdue"};
    std::chrono::milliseconds after{0}; ///< the time that it had
    std::chrono::milliseconds asked{0}; ///< the time that it asked for, beyond that; 0: none
    friend bool operator==(const StopOverdue &, const StopOverdue &) = default;
};
/// SIGKILL was sent, and it is still there.
struct Unkillable
{
    static constexpr QLatin1StringView code{"unkillable"};
    QString state = {}; ///< the kernel's letter: "D"; empty where that is not known
    QString waitsIn = {}; ///< a function of the kernel; empty where that is not known
    friend bool operator==(const Unkillable &, const Unkillable &) = default;
};
/// It must not be launched before another process has come far enough.
struct Waiting
{
    static constexpr QLatin1StringView code{"waiting"};
    QString process = {}; ///< the other one
    QString waitsFor = {}; ///< "started", "ready", "completed" or "stopped"
    std::optional<ProcessPhase> state = {}; ///< of the other one; nothing where it has no instances
    Because because = {}; ///< why the other one has failed
    friend bool operator==(const Waiting &, const Waiting &) = default;
};
/// It failed a moment ago and is started again.
struct Backoff
{
    static constexpr QLatin1StringView code{"backoff"};
    QDateTime nextStartAt = {};
    friend bool operator==(const Backoff &, const Backoff &) = default;
};
/// It was restarted as often as it may be.
struct GaveUp
{
    static constexpr QLatin1StringView code{"gave_up"};
    int restarts = 0; ///< within the window
    std::chrono::milliseconds window{0};
    Because because = {}; ///< why the last launch ended
    friend bool operator==(const GaveUp &, const GaveUp &) = default;
};
/// Another one died, of its group or of those that it depends on.
struct RestartedWith
{
    static constexpr QLatin1StringView code{"restarted_with"};
    QString process = {};
    Because because = {}; ///< why that one died
    friend bool operator==(const RestartedWith &, const RestartedWith &) = default;
};
/// Its configuration is wrong: another launch would end in the same way.
struct Configuration
{
    static constexpr QLatin1StringView code{"configuration"};
    QString detail = {};
    friend bool operator==(const Configuration &, const Configuration &) = default;
};
/// By the configuration.
struct Disabled
{
    static constexpr QLatin1StringView code{"disabled"};
    friend bool operator==(const Disabled &, const Disabled &) = default;
};
/// Somebody wanted it so.
struct Commanded
{
    static constexpr QLatin1StringView code{"commanded"};
    QString action = {}; ///< "stop", "restart"; of the server itself "kill" and "shutdown"
    QString by = {}; ///< who; empty: the server itself
    friend bool operator==(const Commanded &, const Commanded &) = default;
};
/// It waits for its schedule.
struct Scheduled
{
    static constexpr QLatin1StringView code{"scheduled"};
    QDateTime nextStartAt = {}; ///< invalid: it never comes
    friend bool operator==(const Scheduled &, const Scheduled &) = default;
};
/// It was stopped for the next run of its schedule.
struct Replaced
{
    static constexpr QLatin1StringView code{"replaced"};
    friend bool operator==(const Replaced &, const Replaced &) = default;
};

using Any = std::variant<Exited, Signalled, Fault, Daemonized, NotStarted, NotReady, Hung,
    ProbeFailed, Memory, Age, StopOverdue, Unkillable, Waiting, Backoff, GaveUp, RestartedWith,
    Configuration, Disabled, Commanded, Scheduled, Replaced, Stalled>;

} // namespace cause

/// Why a process is in its state, or why a launch ended, in codes and numbers. describe() makes
/// the only sentences of it.
struct Cause
{
    cause::Any kind;

    template <class Kind>
    requires std::constructible_from<cause::Any, Kind> Cause(Kind it)
        : kind(std::move(it))
    { }

    /// Of a launch that ended by itself: Exited or Signalled; NotStarted where both are missing.
    [[nodiscard]] SEMPER_CORE_EXPORT static Cause ofExit(
        std::optional<int> code, const QString &signal, bool coreDumped);

    /// {"code": "exited", "exit_code": 3}
    [[nodiscard]] SEMPER_CORE_EXPORT QJsonObject toJson() const;
    /// Nothing for a code that is not known here: newer peers may have more. Fields that are
    /// missing or of a wrong type keep their defaults.
    [[nodiscard]] SEMPER_CORE_EXPORT static std::optional<Cause> fromJson(const QJsonObject &json);

    /// Whether it is a \a Kind: `cause.is<cause::Unkillable>()`.
    template <class Kind>
    [[nodiscard]] bool is() const
    {
        return std::holds_alternative<Kind>(kind);
    }
    /// Null where it is of another kind.
    template <class Kind>
    [[nodiscard]] const Kind *as() const
    {
        return std::get_if<Kind>(&kind);
    }
    friend bool operator==(const Cause &, const Cause &) = default;
};

/// The code of \a cause on the wire: "exited".
[[nodiscard]] SEMPER_CORE_EXPORT QLatin1StringView causeCode(const Cause &cause);

/// \a cause as a sentence without a capital and a full stop: "exited with code 3", in the
/// language of the translators that are installed, English where there are none.
[[nodiscard]] SEMPER_CORE_EXPORT QString describe(const Cause &cause);
/// Empty for none.
[[nodiscard]] SEMPER_CORE_EXPORT QString describe(const std::optional<Cause> &cause);

} // namespace semper
