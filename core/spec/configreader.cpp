// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/configreader.h"

#include "protocol/keys.h"
#include "protocol/socketpath.h"
#include "spec/dependencyorder.h"
#include "spec/jsonscan.h"
#include "spec/namerule.h"
#include "spec/objectreader.h"
#include "spec/processreader.h"
#include "spec/servicereader.h"

#include <QHash>
#include <QJsonDocument>

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto shortestLoopWatchdog = 300ms; // as of a process
constexpr qint64 longestJournalMs = 10LL * 366 * 24 * 3600 * 1000;
constexpr qint64 smallestJournal = 1024 * 1024;
constexpr qint64 largestJournal = 1LL << 40;

/// Reads from the top down and collects what must be compared across the file on the way.
class ConfigReading
{
public:
    ConfigReading(const Surroundings &surroundings, ConfigErrors &errors)
        : m_surroundings(surroundings)
        , m_errors(errors)
    { }

    [[nodiscard]] ServerConfig read(const QJsonObject &json);

private:
    struct Listener
    {
        JsonPath path;
        ListenAddress address;
    };

    void readNode(const ObjectReader &reader, ServerConfig &config);
    void readPaths(const ObjectReader &reader, ServerConfig &config);
    static void readServiceLoop(const ObjectReader &reader, ServiceLoopSpec &loop);
    static void readJournal(const ObjectReader &reader, JournalSpec &journal);
    [[nodiscard]] ServiceSpec readService(
        const QString &name, const QJsonObject &json, const JsonPath &path);
    void readProcesses(const QJsonObject &json, const JsonPath &path, ServiceSpec &service);
    [[nodiscard]] ListenerSpec readListener(const ObjectReader &reader, const QString &type);
    void readListeners(const QJsonObject &json, const JsonPath &path, ServiceSpec &service);
    [[nodiscard]] ProcessSpec programmed(const QString &service, const QString &process) const;
    void readListen(const ObjectReader &reader, ListenAddress &address);
    void checkName(const ObjectReader &reader, const QString &name) const;
    void checkListeners() const;
    void checkDependencies(const ServerConfig &config) const;

    const Surroundings &m_surroundings;
    ConfigErrors &m_errors;
    QList<Listener> m_listeners;
    QHash<QString, JsonPath> m_processPaths; ///< by name: where it was first seen
};

ServerConfig ConfigReading::read(const QJsonObject &json)
{
    const ObjectReader reader(json, {}, configKeys(ConfigObject::Server), m_errors);
    ServerConfig config;
    config.directory = m_surroundings.directory;
    static_cast<void>(reader.text(keys::schema)); // for editors: checked, and used for nothing
    readNode(reader, config);
    readPaths(reader, config);
    if (const auto timeout = reader.duration(keys::shutdownTimeoutMs, 0ms))
        config.shutdownTimeout = *timeout;
    if (const auto loop = reader.object(keys::serviceLoop))
        readServiceLoop(ObjectReader(*loop, reader.at(keys::serviceLoop),
                            configKeys(ConfigObject::ServiceLoop), m_errors),
            config.serviceLoop);
    if (const auto journal = reader.object(keys::journal))
        readJournal(ObjectReader(*journal, reader.at(keys::journal),
                        configKeys(ConfigObject::Journal), m_errors),
            config.journal);

    if (const auto control = reader.object(keys::control))
        readListen(ObjectReader(*control, reader.at(keys::control),
                       configKeys(ConfigObject::Control), m_errors),
            config.control);
    if (m_listeners.isEmpty())
        m_listeners.append({JsonPath().key(keys::control), config.control});

    if (const auto services = reader.object(keys::services)) {
        const ObjectReader each(*services, reader.at(keys::services), m_errors);
        for (const QString &name : each.keys()) {
            checkName(each, name);
            if (const auto service = each.object(name))
                config.services.append(readService(name, *service, each.at(name)));
        }
    }
    checkListeners();
    checkDependencies(config);
    return config;
}

void ConfigReading::readNode(const ObjectReader &reader, ServerConfig &config)
{
    config.node = m_surroundings.defaultNode;
    const auto node = reader.text(keys::node);
    if (node && !isValidName(*node))
        reader.complainOf(keys::node, nameRule(*node));
    else if (node)
        config.node = *node;
    const qsizetype size = m_surroundings.socketPath(config.node).toUtf8().size();
    if (size > maximumSocketPathBytes)
        reader.complainOf(keys::node,
            u"too long: the path of the server's socket, %1, has %2 bytes and may have %3"_s
                .arg(m_surroundings.socketPath(config.node))
                .arg(size)
                .arg(maximumSocketPathBytes));
}

void ConfigReading::readServiceLoop(const ObjectReader &reader, ServiceLoopSpec &loop)
{
    if (reader.isNull(keys::watchdogMs))
        loop.watchdog = 0ms;
    else if (const auto period = reader.duration(keys::watchdogMs, shortestLoopWatchdog))
        loop.watchdog = *period;
    static const QStringList ways{u"tell"_s, u"restart"_s};
    if (const auto way = reader.word(keys::onHang, u"way"_s, {.known = ways}))
        loop.onHang = ServiceLoopSpec::OnHang(ways.indexOf(*way));
}

void ConfigReading::readJournal(const ObjectReader &reader, JournalSpec &journal)
{
    if (const auto age
        = reader.whole(keys::maxAgeMs, 1000, longestJournalMs, u"a whole number of milliseconds"_s))
        journal.maxAge = std::chrono::milliseconds(*age);
    if (const auto bytes = reader.whole(
            keys::maxBytes, smallestJournal, largestJournal, u"a whole number of bytes"_s))
        journal.maxBytes = *bytes;
}

void ConfigReading::readPaths(const ObjectReader &reader, ServerConfig &config)
{
    for (const QString &directory : reader.texts(keys::pluginDirectories).value_or(QStringList()))
        config.pluginDirectories.append(m_surroundings.absolute(directory));
    const auto state = reader.text(keys::stateDirectory);
    config.stateDirectory
        = state ? m_surroundings.absolute(*state) : m_surroundings.stateDirectory(config.node);
}

ServiceSpec ConfigReading::readService(
    const QString &name, const QJsonObject &json, const JsonPath &path)
{
    const ObjectReader reader(json, path, configKeys(ConfigObject::Service), m_errors);
    ServiceSpec service;
    service.name = name;
    reader.require(keys::type);
    service.type = reader.word(keys::type, u"type"_s, serviceTypes()).value_or(QString());
    service.main = readListener(reader, service.type);
    if (const auto listeners = reader.object(keys::listeners))
        readListeners(*listeners, reader.at(keys::listeners), service);
    service.limits = readServiceLimits(reader);
    if (const auto processes = reader.object(keys::processes))
        readProcesses(*processes, reader.at(keys::processes), service);
    return service;
}

ProcessSpec ConfigReading::programmed(const QString &service, const QString &process) const
{
    if (!m_surroundings.programmed)
        return {};
    return m_surroundings.programmed(service, process).value_or(ProcessSpec());
}

void ConfigReading::readProcesses(
    const QJsonObject &json, const JsonPath &path, ServiceSpec &service)
{
    const ObjectReader each(json, path, m_errors);
    for (const QString &name : each.keys()) {
        checkName(each, name);
        if (m_processPaths.contains(name))
            each.complainOf(name,
                u"duplicate name: there is %1 already"_s.arg(
                    m_processPaths.value(name).toString()));
        else
            m_processPaths.insert(name, each.at(name));
        if (const auto process = each.object(name))
            service.processes.insert(name,
                readProcess(*process, each.at(name), m_surroundings, m_errors,
                    programmed(service.name, name)));
    }
}

ListenerSpec ConfigReading::readListener(const ObjectReader &reader, const QString &type)
{
    ListenerSpec listener;
    reader.require(keys::listen);
    readListen(reader, listener.address);
    listener.tls = readTls(reader, m_surroundings);
    listener.framing = readFraming(reader, type);
    return listener;
}

void ConfigReading::readListeners(
    const QJsonObject &json, const JsonPath &path, ServiceSpec &service)
{
    const ObjectReader each(json, path, m_errors);
    for (const QString &name : each.keys()) {
        checkName(each, name);
        if (const auto listener = each.object(name))
            service.listeners.insert(name,
                readListener(ObjectReader(*listener, each.at(name),
                                 configKeys(ConfigObject::Listener), m_errors),
                    service.type));
    }
}

void ConfigReading::readListen(const ObjectReader &reader, ListenAddress &address)
{
    const auto text = reader.text(keys::listen);
    if (!text)
        return;
    const auto parsed = parseListenAddress(*text, m_surroundings.directory);
    if (const auto *fault = std::get_if<QString>(&parsed)) {
        reader.complainOf(keys::listen, u"%1 %2"_s.arg(quoted(*text), *fault));
        return;
    }
    address = std::get<ListenAddress>(parsed);
    m_listeners.append({reader.at(keys::listen), address});
}

void ConfigReading::checkName(const ObjectReader &reader, const QString &name) const
{
    if (!isValidName(name))
        reader.complainOf(name, nameRule(name));
}

void ConfigReading::checkListeners() const
{
    for (qsizetype i = 0; i < m_listeners.size(); ++i)
        for (qsizetype j = 0; j < i; ++j)
            if (overlap(m_listeners.at(i).address, m_listeners.at(j).address)) {
                m_errors.append({m_listeners.at(i).path.toString(),
                    u"%1 is taken by %2"_s.arg(
                        m_listeners.at(i).address.toString(), m_listeners.at(j).path.toString())});
                break;
            }
}

void ConfigReading::checkDependencies(const ServerConfig &config) const
{
    QMap<QString, ProcessSpec> processes;
    for (const ServiceSpec &service : config.services)
        processes.insert(service.processes);
    for (const DependencyFault &fault : dependencyFaults(processes)) {
        const QString key = fault.ofGroup ? keys::strategy : keys::dependsOn;
        m_errors.append({m_processPaths.value(fault.process).key(key).toString(), fault.message});
    }
}

} // namespace

PartialConfig readPartialConfig(const QByteArray &bytes, const Surroundings &surroundings)
{
    PartialConfig result;
    ConfigErrors &errors = result.errors;
    const auto refuse = [&errors](const QString &message) {
        errors.append({JsonPath().toString(), message});
    };
    if (bytes.size() > maximumConfigBytes) {
        refuse(u"larger than %1 bytes"_s.arg(maximumConfigBytes));
        return result;
    }
    errors = scanJson(bytes);
    QJsonParseError parseError;
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &parseError);
    if (document.isObject())
        result.config = ConfigReading(surroundings, errors).read(document.object());
    else if (parseError.error == QJsonParseError::NoError)
        refuse(u"must be an object"_s);
    else if (errors.isEmpty())
        refuse(parseError.errorString());
    return result;
}

ConfigResult readConfig(const QByteArray &bytes, const Surroundings &surroundings)
{
    PartialConfig result = readPartialConfig(bytes, surroundings);
    if (!result.errors.isEmpty())
        return std::move(result.errors);
    return std::move(result.config);
}

} // namespace semper
