// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/cause.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <concepts>
#include <type_traits>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr QLatin1StringView byKernel{"kernel"};
constexpr QLatin1StringView bySample{"sample"};

/// Writes the fields that causeFields() names.
struct CauseWriter
{
    QJsonObject &json;

    void operator()(QLatin1StringView key, int value) { json.insert(key, value); }
    void operator()(QLatin1StringView key, qint64 value) { json.insert(key, value); }
    void operator()(QLatin1StringView key, bool value) { json.insert(key, value); }
    void operator()(QLatin1StringView key, const QString &value) { json.insert(key, value); }
    void operator()(QLatin1StringView key, const QDateTime &value)
    {
        json.insert(key, wireTimeOrNull(value));
    }
    void operator()(QLatin1StringView key, std::chrono::milliseconds value)
    {
        json.insert(key, qint64(value.count()));
    }
    void operator()(QLatin1StringView key, const std::optional<qint64> &value)
    {
        json.insert(key, value ? QJsonValue(*value) : QJsonValue());
    }
    void operator()(QLatin1StringView key, const std::optional<ProcessPhase> &value)
    {
        json.insert(key, value ? QJsonValue(phaseName(*value)) : QJsonValue());
    }
    void operator()(QLatin1StringView key, const Because &value)
    {
        if (value.get() != nullptr)
            json.insert(key, value.get()->toJson());
    }
};

struct CauseReader
{
    const QJsonObject &json;

    void operator()(QLatin1StringView key, int &value) { value = json.value(key).toInt(value); }
    void operator()(QLatin1StringView key, qint64 &value)
    {
        value = json.value(key).toInteger(value);
    }
    void operator()(QLatin1StringView key, bool &value) { value = json.value(key).toBool(value); }
    void operator()(QLatin1StringView key, QString &value) { value = json.value(key).toString(); }
    void operator()(QLatin1StringView key, QDateTime &value)
    {
        value = fromWireTime(json.value(key));
    }
    void operator()(QLatin1StringView key, std::chrono::milliseconds &value)
    {
        value = std::chrono::milliseconds(json.value(key).toInteger(value.count()));
    }
    void operator()(QLatin1StringView key, std::optional<qint64> &value)
    {
        if (json.value(key).isDouble())
            value = json.value(key).toInteger();
    }
    void operator()(QLatin1StringView key, std::optional<ProcessPhase> &value)
    {
        value = phaseFromString(json.value(key).toString());
    }
    void operator()(QLatin1StringView key, Because &value)
    {
        if (json.value(key).isObject())
            value = Cause::fromJson(json.value(key).toObject());
    }
};

// The fields of each kind by their keys, once for both directions: C is const where they are
// written.

template <class C, class Kind>
concept IsKind = std::same_as<std::remove_const_t<C>, Kind>;

template <class IO, class C>
void causeFields(IO &&io, C &it)
{
    using namespace cause;
    if constexpr (IsKind<C, Exited>) {
        io(keys::exitCode, it.exitCode);
    } else if constexpr (IsKind<C, Signalled>) {
        io(keys::signal, it.signal);
        io(keys::coreDumped, it.coreDumped);
    } else if constexpr (IsKind<C, Fault>) {
        io(keys::what, it.what);
    } else if constexpr (IsKind<C, Daemonized>) {
        io(keys::exitCode, it.exitCode);
        io(keys::processes, it.processes);
    } else if constexpr (IsKind<C, NotStarted>) {
        io(keys::step, it.step);
        io(keys::errorNumber, it.error);
        io(keys::detail, it.detail);
    } else if constexpr (IsKind<C, NotReady>) {
        io(keys::afterMs, it.after);
        io(keys::askedMs, it.asked);
        io(keys::probe, it.probe);
        io(keys::detail, it.detail);
    } else if constexpr (IsKind<C, Hung>) {
        io(keys::silentMs, it.silent);
    } else if constexpr (IsKind<C, ProbeFailed>) {
        io(keys::probe, it.probe);
        io(keys::failures, it.failures);
        io(keys::detail, it.detail);
    } else if constexpr (IsKind<C, Memory>) {
        io(keys::bytes, it.bytes);
        io(keys::limitBytes, it.limitBytes);
        QString by = it.byKernel ? byKernel : bySample;
        io(keys::by, by);
        if constexpr (!std::is_const_v<C>)
            it.byKernel = by == byKernel;
    } else if constexpr (IsKind<C, Age> || IsKind<C, Stalled>) {
        io(keys::afterMs, it.after);
    } else if constexpr (IsKind<C, StopOverdue>) {
        io(keys::afterMs, it.after);
        io(keys::askedMs, it.asked);
    } else if constexpr (IsKind<C, Unkillable>) {
        io(keys::state, it.state);
        io(keys::waitsIn, it.waitsIn);
    } else if constexpr (IsKind<C, Waiting>) {
        io(keys::process, it.process);
        io(keys::waitsFor, it.waitsFor);
        io(keys::state, it.state);
        io(keys::because, it.because);
    } else if constexpr (IsKind<C, Backoff> || IsKind<C, Scheduled>) {
        io(keys::nextStartAt, it.nextStartAt);
    } else if constexpr (IsKind<C, GaveUp>) {
        io(keys::restarts, it.restarts);
        io(keys::windowMs, it.window);
        io(keys::because, it.because);
    } else if constexpr (IsKind<C, RestartedWith>) {
        io(keys::process, it.process);
        io(keys::because, it.because);
    } else if constexpr (IsKind<C, Configuration>) {
        io(keys::detail, it.detail);
    } else if constexpr (IsKind<C, Commanded>) {
        io(keys::action, it.action);
        io(keys::by, it.by);
    } else {
        static_assert(IsKind<C, Disabled> || IsKind<C, Replaced>);
    }
}

template <std::size_t index = 0>
std::optional<Cause> readCause(QStringView code, const QJsonObject &json)
{
    if constexpr (index < std::variant_size_v<cause::Any>) {
        using Kind = std::variant_alternative_t<index, cause::Any>;
        if (code != Kind::code)
            return readCause<index + 1>(code, json);
        Kind kind;
        causeFields(CauseReader{json}, kind);
        return Cause(std::move(kind));
    } else {
        return std::nullopt;
    }
}

} // namespace

Because::Because(const std::optional<Cause> &cause)
    : m_cause(cause ? std::make_shared<const Cause>(*cause) : nullptr)
{ }

Because::Because(const Cause &cause)
    : m_cause(std::make_shared<const Cause>(cause))
{ }

bool operator==(const Because &one, const Because &other)
{
    if (one.m_cause == nullptr || other.m_cause == nullptr)
        return one.m_cause == other.m_cause;
    return *one.m_cause == *other.m_cause;
}

Cause Cause::ofExit(std::optional<int> code, const QString &signal, bool coreDumped)
{
    if (!signal.isEmpty())
        return cause::Signalled{.signal = signal, .coreDumped = coreDumped};
    return code ? Cause(cause::Exited{.exitCode = *code}) : Cause(cause::NotStarted{});
}

QJsonObject Cause::toJson() const
{
    QJsonObject json{{keys::code, causeCode(*this)}};
    std::visit([&json](const auto &it) { causeFields(CauseWriter{json}, it); }, kind);
    return json;
}

std::optional<Cause> Cause::fromJson(const QJsonObject &json)
{
    return readCause(json.value(keys::code).toString(), json);
}

QLatin1StringView causeCode(const Cause &cause)
{
    return std::visit([](const auto &it) { return std::decay_t<decltype(it)>::code; }, cause.kind);
}

} // namespace semper
