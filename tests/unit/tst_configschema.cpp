// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/configreader.h"
#include "spec/vocabulary.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <set>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

QByteArray resource(const QString &name)
{
    QFile file(qEnvironmentVariable("SEMPER_TEST_SOURCE") + u"/resources/"_s + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The part of the schema that describes \a object.
QJsonObject schemaOf(ConfigObject object)
{
    const QJsonObject schema = QJsonDocument::fromJson(resource(u"semper.schema.json"_s)).object();
    const auto definition = [&schema](const QString &name) {
        return schema.value(u"$defs"_s).toObject().value(name).toObject();
    };
    switch (object) {
    case ConfigObject::Server:
        return schema;
    case ConfigObject::ServiceLoop:
        return definition(u"serviceLoop"_s);
    case ConfigObject::Journal:
        return definition(u"journal"_s);
    case ConfigObject::Control:
        return definition(u"control"_s);
    case ConfigObject::Service:
        return definition(u"service"_s);
    case ConfigObject::Listener:
        return definition(u"listener"_s);
    case ConfigObject::Tls:
        return definition(u"tls"_s);
    case ConfigObject::ServiceLimits:
        return definition(u"serviceLimits"_s);
    case ConfigObject::Process:
        return definition(u"process"_s);
    case ConfigObject::Enabled:
        return definition(u"enabled"_s);
    case ConfigObject::Rlimits:
        return definition(u"rlimits"_s);
    case ConfigObject::OutputLimits:
        return definition(u"outputLimits"_s);
    case ConfigObject::Schedule:
        return definition(u"schedule"_s);
    case ConfigObject::Restart:
        return definition(u"restart"_s);
    case ConfigObject::Stop:
        return definition(u"stop"_s);
    case ConfigObject::Liveness:
        return definition(u"liveness"_s);
    case ConfigObject::Ready:
        return definition(u"ready"_s);
    }
    Q_UNREACHABLE();
}

std::set<QString> setOf(const QStringList &words)
{
    return {words.cbegin(), words.cend()};
}

std::optional<ServerConfig> read(const QByteArray &bytes)
{
    Surroundings surroundings = Surroundings::real(u"/srv/orders"_s);
    surroundings.root = true; // as whom the example is to be served
    const ConfigResult result = readConfig(bytes, surroundings);
    if (const auto *errors = std::get_if<ConfigErrors>(&result)) {
        for (const ConfigError &error : *errors)
            qInfo("%s", qPrintable(error.toString()));
        return std::nullopt;
    }
    return std::get<ServerConfig>(result);
}

/// Adds every key of the objects whose keys are not names that the user chooses.
void collectKeys(const QJsonObject &object, std::set<QString> &keys)
{
    static const QStringList named{u"services"_s, u"processes"_s, u"listeners"_s};
    static const QStringList free{u"settings"_s, u"environment"_s};
    for (auto it = object.begin(); it != object.end(); ++it) {
        keys.insert(it.key());
        if (free.contains(it.key()))
            continue;
        if (!named.contains(it.key())) {
            collectKeys(it.value().toObject(), keys);
            continue;
        }
        for (const QJsonValue &value : it.value().toObject())
            collectKeys(value.toObject(), keys);
    }
}

} // namespace

class TestConfigSchema : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void schemaAndReaderKnowTheSameKeys();
    void schemaAndReaderKnowTheSameWords();
    void defaultsOfTheSchemaAreThoseOfTheStructs();
    void theExampleIsRightAndHasEveryKey();
};

void TestConfigSchema::schemaAndReaderKnowTheSameKeys()
{
    for (int i = 0; i <= int(ConfigObject::Ready); ++i) {
        const QJsonObject schema = schemaOf(ConfigObject(i));
        QCOMPARE(setOf(schema.value(u"properties"_s).toObject().keys()),
            setOf(configKeys(ConfigObject(i)).known));
        QCOMPARE(schema.value(u"additionalProperties"_s), QJsonValue(false));
    }
}

void TestConfigSchema::schemaAndReaderKnowTheSameWords()
{
    const auto words = [](ConfigObject object, const QString &key) {
        QStringList texts;
        const QJsonObject properties = schemaOf(object).value(u"properties"_s).toObject();
        for (const QJsonValue &word : properties.value(key).toObject().value(u"enum"_s).toArray())
            texts.append(word.toString());
        return texts;
    };
    QCOMPARE(words(ConfigObject::Service, u"type"_s), serviceTypes().known);
    QCOMPARE(words(ConfigObject::Ready, u"mode"_s), readyModes().known);
    QCOMPARE(words(ConfigObject::Liveness, u"mode"_s), livenessModes().known);
    const QJsonObject schema = QJsonDocument::fromJson(resource(u"semper.schema.json"_s)).object();
    const QJsonValue framing = schema[u"$defs"_s][u"framing"_s][u"enum"_s];
    std::set<QString> known;
    for (const QString &type : serviceTypes().known)
        known.merge(setOf(framings(type).known));
    QCOMPARE(setOf(framing.toVariant().toStringList()), known);
}

void TestConfigSchema::defaultsOfTheSchemaAreThoseOfTheStructs()
{
    const auto defaults = [](ConfigObject object) {
        QJsonObject values;
        const QJsonObject properties = schemaOf(object).value(u"properties"_s).toObject();
        for (auto it = properties.begin(); it != properties.end(); ++it)
            if (it.value().toObject().contains(u"default"_s))
                values.insert(it.key(), it.value().toObject().value(u"default"_s));
        return values;
    };
    QJsonObject process = defaults(ConfigObject::Process);
    process.insert(u"command"_s, QJsonArray{u"x"_s});
    const QJsonObject bare = process;
    process.insert(u"restart"_s, defaults(ConfigObject::Restart));
    process.insert(u"stop"_s, defaults(ConfigObject::Stop));
    process.insert(u"output_limits"_s, defaults(ConfigObject::OutputLimits));
    QCOMPARE(process.value(u"output_limits"_s).toObject().size(), 2);
    QCOMPARE(process.value(u"restart"_s).toObject().size(), 11);

    // Some keys of "ready" are for some modes only.
    QJsonObject tcp = defaults(ConfigObject::Ready);
    QCOMPARE(tcp.size(), 4);
    process.insert(u"ready"_s,
        QJsonObject{
            {u"mode"_s, tcp.value(u"mode"_s)}, {u"timeout_ms"_s, tcp.value(u"timeout_ms"_s)}});
    tcp.insert(u"mode"_s, u"tcp"_s);
    tcp.insert(u"address"_s, u"localhost:1"_s);
    QJsonObject probed = bare;
    probed.insert(u"ready"_s, tcp);

    QJsonObject liveness = defaults(ConfigObject::Liveness);
    QCOMPARE(liveness.size(), 3);
    liveness.insert(u"mode"_s, u"tcp"_s);
    liveness.insert(u"address"_s, u"localhost:1"_s);
    probed.insert(u"liveness"_s, liveness);

    QJsonObject server = defaults(ConfigObject::Server);
    QCOMPARE(server.size(), 2);
    server.insert(u"control"_s, defaults(ConfigObject::Control));
    server.insert(u"journal"_s, defaults(ConfigObject::Journal));
    server.insert(u"services"_s,
        QJsonObject{{u"s"_s,
            QJsonObject{{u"type"_s, u"http"_s}, {u"listen"_s, u"127.0.0.1:0"_s},
                {u"processes"_s, QJsonObject{{u"p"_s, process}, {u"q"_s, probed}}}}}});
    const auto config = read(QJsonDocument(server).toJson());
    QVERIFY(config);
    QCOMPARE(config->services.first().processes.first(),
        (ProcessSpec{.command = {u"x"_s}, .directory = u"/srv/orders"_s}));
    QCOMPARE(config->services.first().processes.last().ready,
        (ReadySpec{.mode = ReadyMode::Tcp, .address = u"localhost:1"_s}));
    QCOMPARE(config->services.first().processes.last().liveness,
        (LivenessSpec{.mode = LivenessMode::Tcp, .address = u"localhost:1"_s}));
    QCOMPARE(config->control, ServerConfig{}.control);
    QCOMPARE(config->shutdownTimeout, ServerConfig{}.shutdownTimeout);
    QCOMPARE(config->journal, ServerConfig{}.journal);
    QCOMPARE(config->pluginDirectories, ServerConfig{}.pluginDirectories);
}

void TestConfigSchema::theExampleIsRightAndHasEveryKey()
{
    const QByteArray example = resource(u"semper.example.json"_s);
    QVERIFY(read(example));
    std::set<QString> used;
    collectKeys(QJsonDocument::fromJson(example).object(), used);
    for (int i = 0; i <= int(ConfigObject::Ready); ++i)
        for (const QString &key : configKeys(ConfigObject(i)).known)
            QVERIFY2(used.contains(key), qPrintable(key));
}

QTEST_GUILESS_MAIN(TestConfigSchema)
#include "tst_configschema.moc"
