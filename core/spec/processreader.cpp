// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/processreader.h"

#include "protocol/frame.h"
#include "protocol/keys.h"
#include "spec/commandreader.h"
#include "spec/limitsreader.h"
#include "spec/livenessreader.h"
#include "spec/namerule.h"
#include "spec/readyreader.h"
#include "spec/schedulereader.h"
#include "spec/signalname.h"
#include "spec/variablename.h"

#include <QRegularExpression>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto shortestWatchdog = 300ms; // three heartbeats of 100 ms
constexpr auto shortestStalled = 1s;
constexpr int maximumInstances = 10'000;
constexpr int maximumStandby = 16;
constexpr qint64 leastBytesPerSecond = 4096;
constexpr qint64 leastLinesPerSecond = 10;
constexpr qint64 mostPerSecond = 1'000'000'000'000;

/// Sets \a target where there is a \a value, and keeps its default otherwise.
template <class Target, class Value>
void assign(Target &target, const std::optional<Value> &value)
{
    if (value)
        target = *value;
}

void readClass(const ObjectReader &reader, ProcessSpec &spec)
{
    static const QRegularExpression form(
        u"^(?=.{1,255}$)[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*$"_s);
    const auto name = reader.text(keys::className);
    if (name && !form.match(*name).hasMatch())
        reader.complainOf(keys::className, u"%1 is no name of a C++ class"_s.arg(quoted(*name)));
    else
        assign(spec.className, name);
}

void readProgram(const ObjectReader &reader, const Surroundings &surroundings, ProcessSpec &spec)
{
    const bool hasClass = reader.has(keys::className);
    const bool hasCommand = reader.has(keys::command);
    const bool isProgrammed = !spec.className.isEmpty() || !spec.command.isEmpty();
    if (hasClass) {
        readClass(reader, spec);
        spec.command.clear();
    }
    if (hasCommand) {
        assign(spec.command, readCommand(reader, surroundings));
        spec.className.clear();
    }
    if (hasClass && hasCommand)
        reader.complain(u"must have \"class\" or \"command\", not both"_s);
    else if (!hasClass && !hasCommand && !isProgrammed)
        reader.complain(u"must have \"class\" or \"command\""_s);
}

void readSettings(const ObjectReader &reader, ProcessSpec &spec)
{
    const auto settings = reader.object(keys::settings);
    if (!settings)
        return;
    for (auto it = settings->begin(); it != settings->end(); ++it)
        spec.settings.insert(it.key(), it.value());
    const QJsonObject welcome = makeFrame(frames::welcome,
        {{keys::version, 1}, {keys::heartbeatMs, std::numeric_limits<int>::max()},
            {keys::workedMs, std::numeric_limits<int>::max()}, {keys::instance, maximumInstances},
            {keys::readyMode, readyModeName(ReadyMode::Started)}, {keys::settings, spec.settings}});
    if (const qsizetype excess = encodeFrame(welcome).size() - maximumFrameBytes; excess > 0)
        reader.complainOf(keys::settings,
            u"too large by %1 bytes: they reach the process in one frame of %2"_s.arg(excess).arg(
                maximumFrameBytes));
}

void readEnvironment(const ObjectReader &reader, ProcessSpec &spec)
{
    const auto json = reader.object(keys::environment);
    if (!json)
        return;
    const ObjectReader variables(*json, reader.at(keys::environment), reader.errors());
    for (const QString &name : variables.keys()) {
        if (const auto fault = variableFault(name))
            variables.complainOf(name, *fault);
        spec.unsetVariables.removeAll(name);
        if (variables.isNull(name)) {
            spec.environment.remove(name);
            spec.unsetVariables.append(name);
        } else if (const auto value = variables.text(name, true)) {
            spec.environment.insert(name, *value);
        }
    }
}

/// Which of the server's variables it inherits: true, false or their names.
void readInheritance(const ObjectReader &reader, ProcessSpec &spec)
{
    const QString key = keys::environmentInherit;
    if (!reader.has(key))
        return;
    spec.inheritedVariables.reset();
    if (!reader.value(key).isArray()) {
        if (!reader.value(key).isBool())
            reader.complainOf(key, u"must be true, false or a list of names"_s);
        else if (!reader.boolean(key).value_or(true))
            spec.inheritedVariables.emplace();
        return;
    }
    const auto names = reader.texts(key);
    if (!names)
        return;
    for (const QString &name : *names) {
        if (const auto fault = variableFault(name))
            reader.complainOf(key, u"%1 %2"_s.arg(quoted(name), *fault));
        else if (name.contains(u'*') || name.contains(u'?'))
            reader.complainOf(
                key, u"%1 is no name: write each name, there are no patterns"_s.arg(quoted(name)));
    }
    spec.inheritedVariables = names;
}

bool isTrue(const std::optional<QString> &variable)
{
    return variable && !variable->isEmpty() && *variable != "0"_L1
        && variable->compare("false"_L1, Qt::CaseInsensitive) != 0;
}

void readEnabled(const ObjectReader &reader, const Surroundings &surroundings, ProcessSpec &spec)
{
    if (!reader.has(keys::enabled))
        return;
    if (!reader.isObject(keys::enabled)) {
        assign(spec.enabled, reader.boolean(keys::enabled));
        return;
    }
    const ObjectReader condition(*reader.object(keys::enabled), reader.at(keys::enabled),
        configKeys(ConfigObject::Enabled), reader.errors());
    condition.require(keys::env);
    if (const auto name = condition.text(keys::env)) {
        if (name->contains(u'='))
            condition.complainOf(keys::env, u"is no name of a variable"_s);
        spec.enabled = isTrue(surroundings.environment(*name));
    }
}

void readSuccessCodes(const ObjectReader &reader, RestartSpec &spec)
{
    const auto codes = reader.array(keys::successCodes);
    if (!codes)
        return;
    spec.successCodes.clear();
    for (const QJsonValue &code : *codes) {
        if (const double number = code.toDouble(-1);
            number >= 0 && number <= 255 && number == std::floor(number))
            spec.successCodes.append(int(number));
        else
            reader.complainOf(keys::successCodes,
                u"must hold exit codes from 0 to 255, not %1"_s.arg(described(code)));
    }
}

void readRestart(const ObjectReader &reader, RestartSpec &spec)
{
    static const QStringList policies{u"always"_s, u"on-failure"_s, u"never"_s};
    if (const auto policy = reader.word(keys::policy, u"policy"_s, {.known = policies}))
        spec.policy = RestartPolicy(policies.indexOf(*policy));
    assign(spec.firstDelay, reader.duration(keys::firstDelayMs, 0ms));
    const auto backoff = reader.duration(keys::backoffMs, 1ms);
    assign(spec.backoff, backoff);
    assign(spec.multiplier, reader.number(keys::multiplier, 1, 100));
    assign(spec.backoffMax, reader.duration(keys::backoffMaxMs, 1ms));
    assign(spec.jitterRatio, reader.number(keys::jitterRatio, 0, 1));
    assign(spec.resetAfter, reader.duration(keys::resetAfterMs, 1ms));
    if (!reader.isNull(keys::maxRestarts))
        assign(spec.maxRestarts, reader.integer(keys::maxRestarts, 0, 1'000'000));
    assign(spec.window, reader.duration(keys::windowMs, 1ms));
    readSuccessCodes(reader, spec);
    static const QStringList effects{u"ignore"_s, u"restart-dependents"_s, u"stop-service"_s};
    if (const auto effect = reader.word(keys::onFailed, u"effect"_s, {.known = effects}))
        spec.onFailed = OnFailed(effects.indexOf(*effect));

    // A cap below the default start is a wish; a start that was named and can never come about
    // is a mistake.
    if (backoff && *backoff > spec.backoffMax)
        reader.complainOf(keys::backoffMs,
            u"must not be above backoff_max_ms, which is %1"_s.arg(spec.backoffMax.count()));
    spec.backoff = std::min(spec.backoff, spec.backoffMax);
}

void readStop(const ObjectReader &reader, StopSpec &spec)
{
    if (const auto name = reader.text(keys::signal)) {
        const QString bare = name->startsWith("SIG"_L1) ? name->sliced(3) : *name;
        if (const auto fault = Vocabulary{.known = stopSignalNames()}.complaint(u"signal"_s, bare))
            reader.complainOf(keys::signal, *fault);
        else
            spec.signal = *signalFromName(bare);
    }
    assign(spec.timeout, reader.duration(keys::timeoutMs, 0ms));
    assign(spec.leftovers, reader.duration(keys::leftoversMs, 0ms));
    static const QStringList scopes{u"process"_s, u"group"_s};
    if (const auto scope = reader.word(keys::scope, u"scope"_s, {.known = scopes}))
        spec.scope = StopScope(scopes.indexOf(*scope));
}

/// A list of names leaves the level to what each of them is; an object tells for each.
void readDependencies(const ObjectReader &reader, ProcessSpec &spec)
{
    if (!reader.has(keys::dependsOn))
        return;
    spec.dependsOn.clear();
    if (!reader.isObject(keys::dependsOn)) {
        for (const QString &name : reader.texts(keys::dependsOn).value_or(QStringList()))
            spec.dependsOn.insert(name, DependencyLevel::Default);
        return;
    }
    static const QStringList levels{u"started"_s, u"ready"_s, u"completed"_s};
    constexpr int first = int(DependencyLevel::Started);
    const ObjectReader each(
        *reader.object(keys::dependsOn), reader.at(keys::dependsOn), reader.errors());
    for (const QString &name : each.keys())
        if (const auto level = each.word(name, u"level"_s, {.known = levels}))
            spec.dependsOn.insert(name, DependencyLevel(first + int(levels.indexOf(*level))));
}

void readInstances(const ObjectReader &reader, const Surroundings &surroundings, ProcessSpec &spec)
{
    if (!reader.isText(keys::instances))
        return assign(spec.instances, reader.integer(keys::instances, 0, maximumInstances));
    if (reader.text(keys::instances) == u"cpu")
        spec.instances = surroundings.processorCount;
    else
        reader.complainOf(keys::instances, u"must be a whole number or \"cpu\""_s);
}

void readStandby(const ObjectReader &reader, ProcessSpec &spec)
{
    assign(spec.standby, reader.integer(keys::standby, 0, maximumStandby));
    if (spec.standby > 0 && spec.isCommand())
        reader.complainOf(
            keys::standby, u"is for a class: a command cannot be loaded beforehand"_s);
}

void readOutputLimits(const ObjectReader &reader, OutputLimitsSpec &spec)
{
    assign(spec.readMaxBytesPerSecond,
        reader.whole(keys::readMaxBytesPerS, leastBytesPerSecond, mostPerSecond,
            u"a whole number of bytes"_s));
    assign(spec.readMaxLinesPerSecond,
        reader.whole(
            keys::readMaxLinesPerS, leastLinesPerSecond, mostPerSecond, u"a whole number"_s));
}

void readGroup(const ObjectReader &reader, ProcessSpec &spec)
{
    if (const auto group = reader.text(keys::group)) {
        if (!isValidName(*group))
            reader.complainOf(keys::group, nameRule(*group));
        spec.group = *group;
    }
    static const QStringList strategies{u"one_for_one"_s, u"rest_for_one"_s, u"one_for_all"_s};
    if (const auto strategy = reader.word(keys::strategy, u"strategy"_s, {.known = strategies})) {
        spec.strategy = GroupStrategy(strategies.indexOf(*strategy));
        if (spec.group.isEmpty() && spec.strategy != GroupStrategy::OneForOne)
            reader.complainOf(keys::strategy, u"needs a \"group\""_s);
    }
}

void readWatchdog(const ObjectReader &reader, ProcessSpec &spec)
{
    if (reader.isNull(keys::watchdogMs))
        spec.watchdog = 0ms;
    else if (const auto period = reader.duration(keys::watchdogMs, shortestWatchdog))
        spec.watchdog = *period;
}

void readStalled(const ObjectReader &reader, ProcessSpec &spec)
{
    if (!reader.isNull(keys::stalledAfterMs))
        assign(spec.stalledAfter, reader.duration(keys::stalledAfterMs, shortestStalled));
    static const QStringList reactions{u"tell"_s, u"restart"_s};
    if (const auto reaction = reader.word(keys::onStalled, u"reaction"_s, {.known = reactions})) {
        spec.onStalled = OnStalled(reactions.indexOf(*reaction));
        if (!spec.stalledAfter && spec.onStalled != OnStalled::Tell)
            reader.complainOf(keys::onStalled, u"needs \"stalled_after_ms\""_s);
    }
}

/// Calls \a read with a reader of the object under \a key, if there is one.
template <class Spec>
void readPart(const ObjectReader &reader, const QString &key, ConfigObject kind,
    void (*read)(const ObjectReader &, Spec &), Spec &spec)
{
    if (const auto json = reader.object(key))
        read(ObjectReader(*json, reader.at(key), configKeys(kind), reader.errors()), spec);
}

} // namespace

ProcessSpec readProcess(const QJsonObject &json, const JsonPath &path,
    const Surroundings &surroundings, ConfigErrors &errors, ProcessSpec spec)
{
    const ObjectReader reader(json, path, configKeys(ConfigObject::Process), errors);
    readProgram(reader, surroundings, spec);
    readSettings(reader, spec);
    spec.directory = surroundings.absolute(reader.text(keys::directory).value_or(spec.directory));
    readEnvironment(reader, spec);
    readInheritance(reader, spec);
    if (const auto file = reader.text(keys::environmentFile))
        spec.environmentFile = surroundings.absolute(*file);
    readEnabled(reader, surroundings, spec);
    readPart(reader, keys::restart, ConfigObject::Restart, readRestart, spec.restart);
    readPart(reader, keys::stop, ConfigObject::Stop, readStop, spec.stop);
    if (const auto ready = reader.object(keys::ready))
        spec.ready
            = readReady({*ready, reader.at(keys::ready), configKeys(ConfigObject::Ready), errors},
                surroundings);
    readWatchdog(reader, spec);
    readStalled(reader, spec);
    if (const auto liveness = reader.object(keys::liveness))
        spec.liveness = readLiveness(
            {*liveness, reader.at(keys::liveness), configKeys(ConfigObject::Liveness), errors},
            surroundings);
    assign(spec.critical, reader.boolean(keys::critical));
    readDependencies(reader, spec);
    readInstances(reader, surroundings, spec);
    readStandby(reader, spec);
    readGroup(reader, spec);
    readLimits(reader, surroundings, spec.limits);
    readPart(reader, keys::outputLimits, ConfigObject::OutputLimits, readOutputLimits,
        spec.outputLimits);
    readSchedule(reader, spec);
    return spec;
}

} // namespace semper
