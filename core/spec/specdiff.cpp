// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/specdiff.h"

#include "protocol/keys.h"

#include <set>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype mostKeysBelow = 16;
constexpr qsizetype longestKey = 200;

/// When a launch obeys a key that was changed.
enum class Obeyed { AtOnce, FromNextLaunch };

QString below(const QString &key, const QString &name)
{
    return key.isEmpty() ? name : key + u'.' + name;
}

/// The places that differ below \a key, however deep.
QStringList differingKeys(const QString &key, const QJsonObject &was, const QJsonObject &is)
{
    QStringList found;
    const auto take = [&](const QString &name) {
        const QJsonValue before = was.value(name);
        const QJsonValue now = is.value(name);
        if (before == now)
            return;
        if (before.isObject() && now.isObject())
            found += differingKeys(below(key, name), before.toObject(), now.toObject());
        else
            found.append(below(key, name).left(longestKey));
    };
    for (auto it = was.begin(); it != was.end(); ++it)
        take(it.key());
    for (auto it = is.begin(); it != is.end(); ++it)
        if (!was.contains(it.key()))
            take(it.key());
    return found;
}

template <class Value>
QStringList differingKeys(
    const QString &key, const QMap<QString, Value> &was, const QMap<QString, Value> &is)
{
    std::set<QString> names(was.keyBegin(), was.keyEnd());
    names.insert(is.keyBegin(), is.keyEnd());
    QStringList found;
    for (const QString &name : names)
        if (!was.contains(name) || !is.contains(name) || was.value(name) != is.value(name))
            found.append(below(key, name).left(longestKey));
    return found;
}

/// Goes through two descriptions key by key. A key is where a function finds it in either.
class Comparison
{
public:
    Comparison(const ProcessSpec &was, const ProcessSpec &is)
        : m_was(was)
        , m_is(is)
        , m_rest(was)
        , m_result{.live = was}
    { }

    template <class Find>
    void key(const QString &name, Obeyed obeyed, const Find &find)
    {
        if (find(m_was) != find(m_is))
            differs({name}, obeyed, find);
    }

    /// For a key that has others below it.
    template <class Find>
    void keysBelow(const QString &name, Obeyed obeyed, const Find &find)
    {
        if (find(m_was) == find(m_is))
            return;
        const QStringList keys = differingKeys(name, find(m_was), find(m_is));
        differs(keys.size() > mostKeysBelow ? QStringList(name) : keys, obeyed, find);
    }

    [[nodiscard]] SpecDifference take()
    {
        // A key that is compared nowhere must not be passed over.
        if (m_rest != m_is) {
            m_result.keys.append(u"..."_s);
            m_result.needsRestart = true;
        }
        return std::move(m_result);
    }

private:
    template <class Find>
    void differs(const QStringList &keys, Obeyed obeyed, const Find &find)
    {
        m_result.keys += keys;
        find(m_rest) = find(m_is);
        if (obeyed == Obeyed::AtOnce)
            find(m_result.live) = find(m_is);
        else
            m_result.needsRestart = true;
    }

    const ProcessSpec &m_was;
    const ProcessSpec &m_is;
    ProcessSpec m_rest; ///< the old one, made the new one key by key
    SpecDifference m_result;
};

// clang-format off
// NOLINTNEXTLINE(bugprone-macro-parentheses): the name of a member takes none
#define SEMPER_AT(member) [](auto &spec) -> auto & { return spec.member; }
// clang-format on

void compareProgram(Comparison &it)
{
    using enum Obeyed;
    it.key(keys::className, FromNextLaunch, SEMPER_AT(className));
    it.key(keys::command, FromNextLaunch, SEMPER_AT(command));
    it.keysBelow(keys::settings, FromNextLaunch, SEMPER_AT(settings));
    it.key(keys::directory, FromNextLaunch, SEMPER_AT(directory));
    it.keysBelow(keys::environment, FromNextLaunch, SEMPER_AT(environment));
    it.key(keys::environment, FromNextLaunch, SEMPER_AT(unsetVariables));
    it.key(keys::environmentInherit, FromNextLaunch, SEMPER_AT(inheritedVariables));
    it.key(keys::environmentFile, FromNextLaunch, SEMPER_AT(environmentFile));
    it.key(keys::watchdogMs, FromNextLaunch, SEMPER_AT(watchdog));
    it.key(keys::liveness, AtOnce, SEMPER_AT(liveness));
    it.key(keys::stalledAfterMs, FromNextLaunch, SEMPER_AT(stalledAfter));
    it.key(keys::onStalled, AtOnce, SEMPER_AT(onStalled));
    it.key(keys::critical, AtOnce, SEMPER_AT(critical));
    it.key(keys::enabled, AtOnce, SEMPER_AT(enabled));
    it.keysBelow(keys::dependsOn, AtOnce, SEMPER_AT(dependsOn));
    it.key(keys::group, AtOnce, SEMPER_AT(group));
    it.key(keys::strategy, AtOnce, SEMPER_AT(strategy));
    it.key(keys::instances, AtOnce, SEMPER_AT(instances));
    it.key(keys::standby, AtOnce, SEMPER_AT(standby));
    it.key(keys::schedule, AtOnce, SEMPER_AT(schedule));
    it.key(keys::overlap, AtOnce, SEMPER_AT(overlap));
}

void compareRestart(Comparison &it)
{
    using enum Obeyed;
    const auto key = [](QLatin1StringView name) { return below(keys::restart, name); };
    it.key(key(keys::policy), AtOnce, SEMPER_AT(restart.policy));
    it.key(key(keys::firstDelayMs), AtOnce, SEMPER_AT(restart.firstDelay));
    it.key(key(keys::backoffMs), AtOnce, SEMPER_AT(restart.backoff));
    it.key(key(keys::multiplier), AtOnce, SEMPER_AT(restart.multiplier));
    it.key(key(keys::backoffMaxMs), AtOnce, SEMPER_AT(restart.backoffMax));
    it.key(key(keys::jitterRatio), AtOnce, SEMPER_AT(restart.jitterRatio));
    it.key(key(keys::resetAfterMs), AtOnce, SEMPER_AT(restart.resetAfter));
    it.key(key(keys::maxRestarts), AtOnce, SEMPER_AT(restart.maxRestarts));
    it.key(key(keys::windowMs), AtOnce, SEMPER_AT(restart.window));
    it.key(key(keys::successCodes), AtOnce, SEMPER_AT(restart.successCodes));
    it.key(key(keys::onFailed), AtOnce, SEMPER_AT(restart.onFailed));
}

void compareStop(Comparison &it)
{
    using enum Obeyed;
    const auto key = [](QLatin1StringView name) { return below(keys::stop, name); };
    it.key(key(keys::signal), AtOnce, SEMPER_AT(stop.signal));
    it.key(key(keys::timeoutMs), AtOnce, SEMPER_AT(stop.timeout));
    it.key(key(keys::leftoversMs), AtOnce, SEMPER_AT(stop.leftovers));
    it.key(key(keys::scope), AtOnce, SEMPER_AT(stop.scope));
}

void compareReady(Comparison &it)
{
    using enum Obeyed;
    const auto key = [](QLatin1StringView name) { return below(keys::ready, name); };
    it.key(key(keys::mode), FromNextLaunch, SEMPER_AT(ready.mode));
    it.key(key(keys::address), FromNextLaunch, SEMPER_AT(ready.address));
    it.key(key(keys::url), FromNextLaunch, SEMPER_AT(ready.url));
    it.keysBelow(key(keys::headers), FromNextLaunch, SEMPER_AT(ready.http.headers));
    it.key(key(keys::expectedStatus), FromNextLaunch, SEMPER_AT(ready.http.expectedStatus));
    it.key(key(keys::expectedBody), FromNextLaunch, SEMPER_AT(ready.http.expectedBody));
    it.key(key(keys::verifyCertificate), FromNextLaunch, SEMPER_AT(ready.http.verifyCertificate));
    it.key(key(keys::command), FromNextLaunch, SEMPER_AT(ready.command));
    it.key(key(keys::pattern), FromNextLaunch, SEMPER_AT(ready.pattern));
    it.key(key(keys::timeoutMs), AtOnce, SEMPER_AT(ready.timeout));
    it.key(key(keys::intervalMs), AtOnce, SEMPER_AT(ready.interval));
    it.key(key(keys::attemptTimeoutMs), AtOnce, SEMPER_AT(ready.attemptTimeout));
}

void compareLimits(Comparison &it)
{
    using enum Obeyed;
    it.key(keys::memoryMaxBytes, FromNextLaunch, SEMPER_AT(limits.memoryMaxBytes));
    it.key(keys::cpuMaxRatio, FromNextLaunch, SEMPER_AT(limits.cpuMaxRatio));
    it.key(keys::maxAgeMs, FromNextLaunch, SEMPER_AT(limits.maxAge));
    it.keysBelow(keys::rlimits, FromNextLaunch, SEMPER_AT(limits.rlimits));
    const auto key = [](QLatin1StringView name) { return below(keys::outputLimits, name); };
    it.key(key(keys::readMaxBytesPerS), AtOnce, SEMPER_AT(outputLimits.readMaxBytesPerSecond));
    it.key(key(keys::readMaxLinesPerS), AtOnce, SEMPER_AT(outputLimits.readMaxLinesPerSecond));
    it.key(keys::nice, FromNextLaunch, SEMPER_AT(limits.nice));
    it.key(keys::umask, FromNextLaunch, SEMPER_AT(limits.umask));
    it.key(keys::user, FromNextLaunch, SEMPER_AT(limits.user));
    it.key(keys::runAsGroup, FromNextLaunch, SEMPER_AT(limits.runAsGroup));
}

#undef SEMPER_AT

} // namespace

SpecDifference differenceOf(const ProcessSpec &was, const ProcessSpec &is)
{
    Comparison comparison(was, is);
    compareProgram(comparison);
    compareRestart(comparison);
    compareStop(comparison);
    compareReady(comparison);
    compareLimits(comparison);
    return comparison.take();
}

} // namespace semper
