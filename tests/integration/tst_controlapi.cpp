// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/rawclient.h"

#include "boundary/supervision.h"
#include "control/controlapi.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include <utility>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr int patience = 10000;

ExitReport exitAt(int minute)
{
    return {.at = QDateTime::fromString(u"2026-11-23T07:0%1:00Z"_s.arg(minute), Qt::ISODate),
        .code = minute,
        .cause = Cause(cause::Exited{.exitCode = minute}),
        .lastLines = {u"line %1"_s.arg(minute)}};
}

/// Three instances in memory, which obey at once.
class Desk : public Supervision
{
public:
    [[nodiscard]] QList<ProcessStatus> processes() const override
    {
        ProcessStatus first{.name = u"importer"_s, .instance = 0, .service = u"http"_s};
        ProcessStatus second = first;
        second.instance = 1;
        first.deaths = {exitAt(3), exitAt(1)};
        second.deaths = {exitAt(2)};
        return {first, second, {.name = u"monitor"_s, .instance = 0, .service = u"http"_s}};
    }
    [[nodiscard]] bool knows(const QString &name) const override { return name == u"none"_s; }
    [[nodiscard]] bool allReady() const override { return ready; }
    [[nodiscard]] QJsonObject serverObject() const override { return {{u"node"_s, u"desk"_s}}; }
    CommandResult command(const SupervisionCommand &command) override
    {
        if (error)
            return *error;
        commands.append(
            u"%1 %2 by %3"_s.arg(actionName(command.action), command.selector, command.by));
        if (command.action == CommandAction::Scale)
            commands.last() += u" to %1"_s.arg(command.instances);
        if (command.action == CommandAction::Signal)
            commands.last() += u" with %1"_s.arg(command.signal);
        return qint64(40 + commands.size());
    }

    void reload(const ReloadRequest &request, ReloadDone done) override
    {
        if (refusal)
            return done(*refusal);
        done(ReloadReport{.event = request.dryRun ? 0 : 40});
    }

    bool ready = true;
    std::optional<CommandError> error;
    std::optional<ReloadRefusal> refusal;
    QStringList commands;
};

} // namespace

class TestControlApi : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void healthNeedsNoToken();
    void readinessFollowsTheProcesses();
    void whoHasNoTokenGetsNowhere_data();
    void whoHasNoTokenGetsNowhere();
    void theServerIsDescribed();
    void processesAreListed();
    void oneProcessIsAnArrayOfItsInstances();
    void oneWithoutInstancesIsAnEmptyArray();
    void deathsAreListedNewestFirst_data();
    void deathsAreListedNewestFirst();
    void commandsAreAcceptedWithTheIdOfTheirEvent_data();
    void commandsAreAcceptedWithTheIdOfTheirEvent();
    void parametersThatMakeNoSenseAreRefused_data();
    void parametersThatMakeNoSenseAreRefused();
    void refusalsAreProblems_data();
    void refusalsAreProblems();
    void anUnknownActionIsToldWithThoseThatThereAre();
    void refusedCommandsSayWhy_data();
    void refusedCommandsSayWhy();
    void refusedReloadsSayWhy_data();
    void refusedReloadsSayWhy();
    void whoNamesNoHostIsAnswered();
    void strangeHostsAreTurnedAway();
    void answersAreNotKeptOrGuessed();
    void curlGetsAlong();
    void aUnixSocketNeedsTheTokenToo();
    void aBadTokenFileIsToldBeforeAnythingIsBound();

private:
    [[nodiscard]] QByteArray request(const QByteArray &line, const QByteArray &headers = {}) const
    {
        return line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
            + m_token + "\r\n" + headers + "\r\n";
    }
    [[nodiscard]] QByteArray requestWithBody(const QByteArray &line, const QByteArray &body) const
    {
        const QByteArray length = QByteArray::number(body.size());
        return request(line, "Content-Type: application/json\r\nContent-Length: " + length + "\r\n")
            + body;
    }
    [[nodiscard]] quint16 port() const
    {
        return static_cast<quint16>(QUrl(m_api->address()).port());
    }

    std::unique_ptr<QTemporaryDir> m_state;
    std::unique_ptr<Desk> m_desk;
    std::unique_ptr<ControlApi> m_api;
    QByteArray m_token;
};

void TestControlApi::init()
{
    m_state = std::make_unique<QTemporaryDir>();
    m_desk = std::make_unique<Desk>();
    m_api = std::make_unique<ControlApi>(*m_desk);
    const ListenAddress address{.host = u"127.0.0.1"_s, .port = 0, .path = {}};
    QCOMPARE(m_api->listen(address, m_state->path()), std::nullopt);
    QFile file(m_state->filePath(u"token"_s));
    QVERIFY(file.open(QIODevice::ReadOnly));
    m_token = file.readAll().trimmed();
}

void TestControlApi::cleanup()
{
    m_api.reset();
}

void TestControlApi::healthNeedsNoToken()
{
    RawClient client(port(), "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
    QTRY_COMPARE_WITH_TIMEOUT(client.body(), "{\"status\":\"ok\"}\n", patience);
}

void TestControlApi::readinessFollowsTheProcesses()
{
    const QByteArray ask = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    RawClient ready(port(), ask);
    QTRY_VERIFY_WITH_TIMEOUT(ready.closed(), patience);
    QCOMPARE(ready.status(), 200);
    QCOMPARE(ready.body(), "{\"ready\":true}\n");
    m_desk->ready = false;
    RawClient unready(port(), ask);
    QTRY_VERIFY_WITH_TIMEOUT(unready.closed(), patience);
    QCOMPARE(unready.status(), 503);
    QCOMPARE(unready.body(), "{\"ready\":false}\n");
}

void TestControlApi::whoHasNoTokenGetsNowhere_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("headers");
    const QByteArray server = "GET /api/v1/server";
    QTest::newRow("no header") << server << QByteArray();
    QTest::newRow("wrong token") << server
                                 << "Authorization: Bearer " + QByteArray(43, 'a') + "\r\n";
    QTest::newRow("empty token") << server << QByteArray("Authorization: Bearer \r\n");
    QTest::newRow("basic") << server << QByteArray("Authorization: Basic eDp5\r\n");
    QTest::newRow("command") << QByteArray("POST /api/v1/processes/monitor/stop") << QByteArray();
    QTest::newRow("no such route") << QByteArray("GET /nothing") << QByteArray();
    QTest::newRow("near healthz") << QByteArray("GET /healthz/") << QByteArray();
    QTest::newRow("metrics") << QByteArray("GET /metrics") << QByteArray();
}

void TestControlApi::whoHasNoTokenGetsNowhere()
{
    QFETCH(const QByteArray, line);
    QFETCH(const QByteArray, headers);
    RawClient client(port(), line + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 401);
    QVERIFY(client.has("WWW-Authenticate: Bearer"));
    QVERIFY(client.has("Content-Type: application/problem+json"));
    QCOMPARE(m_desk->commands, QStringList());
}

void TestControlApi::theServerIsDescribed()
{
    RawClient client(port(), request("GET /api/v1/server"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 200);
    QCOMPARE(client.body(), "{\"node\":\"desk\"}\n");
}

void TestControlApi::processesAreListed()
{
    RawClient client(port(), request("GET /api/v1/processes"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 200);
    const QJsonArray array = QJsonDocument::fromJson(client.body()).array();
    QCOMPARE(array.size(), 3);
    QCOMPARE(ProcessStatus::fromJson(array[1].toObject()), m_desk->processes()[1]);
}

void TestControlApi::oneProcessIsAnArrayOfItsInstances()
{
    RawClient client(port(), request("GET /api/v1/processes/importer"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 200);
    QCOMPARE(QJsonDocument::fromJson(client.body()).array().size(), 2);
}

void TestControlApi::oneWithoutInstancesIsAnEmptyArray()
{
    RawClient client(port(), request("GET /api/v1/processes/none"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 200);
    QCOMPARE(QJsonDocument::fromJson(client.body()), QJsonDocument(QJsonArray()));
}

void TestControlApi::deathsAreListedNewestFirst_data()
{
    using Death = std::pair<int, int>; // the instance, and the code that it exited with
    QTest::addColumn<QByteArray>("selector");
    QTest::addColumn<QList<Death>>("expected");
    const auto row = [](const QByteArray &selector, const QList<Death> &expected) {
        QTest::addRow("%s", selector.constData()) << selector << expected;
    };
    row("importer", {{0, 3}, {1, 2}, {0, 1}});
    row("importer:0", {{0, 3}, {0, 1}});
    row("importer%3A1", {{1, 2}});
    row("monitor", {});
    row("none", {});
}

void TestControlApi::deathsAreListedNewestFirst()
{
    QFETCH(const QByteArray, selector);
    using Death = std::pair<int, int>;
    QFETCH(const QList<Death>, expected);
    RawClient client(port(), request("GET /api/v1/processes/" + selector + "/deaths"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 200);
    QJsonArray deaths;
    for (const auto &[instance, code] : expected) {
        QJsonObject death = exitAt(code).toJson();
        death.insert(u"instance"_s, instance);
        deaths.append(death);
    }
    const QJsonObject answer{{u"deaths"_s, deaths}};
    QCOMPARE(QJsonDocument::fromJson(client.body()).object(), answer);
}

void TestControlApi::commandsAreAcceptedWithTheIdOfTheirEvent_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QString>("command");
    QTest::newRow("start") << QByteArray("importer/start") << u"start importer by http"_s;
    QTest::newRow("stop") << QByteArray("importer/stop") << u"stop importer by http"_s;
    QTest::newRow("restart") << QByteArray("monitor/restart") << u"restart monitor by http"_s;
    QTest::newRow("reset") << QByteArray("importer/reset") << u"reset importer by http"_s;
    QTest::newRow("instance") << QByteArray("importer:1/stop") << u"stop importer:1 by http"_s;
    QTest::newRow("encoded") << QByteArray("imp%6frter%3A1/stop") << u"stop importer:1 by http"_s;
    QTest::newRow("scale") << QByteArray("importer/scale") << u"scale importer by http to 3"_s;
    QTest::newRow("signal") << QByteArray("importer/signal") << u"signal importer by http with 1"_s;
    QTest::newRow("query") << QByteArray("importer/stop?now") << u"stop importer by http"_s;
}

void TestControlApi::commandsAreAcceptedWithTheIdOfTheirEvent()
{
    QFETCH(const QByteArray, path);
    QFETCH(const QString, command);
    const QByteArray body = R"({"instances": 3, "signal": "HUP"})"; // each takes what it needs
    RawClient client(port(), requestWithBody("POST /api/v1/processes/" + path, body));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 202);
    QCOMPARE(client.body(), "{\"event\":41}\n");
    QCOMPARE(m_desk->commands, QStringList{command});
}

void TestControlApi::parametersThatMakeNoSenseAreRefused_data()
{
    QTest::addColumn<QByteArray>("action");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("no instances") << QByteArray("scale") << QByteArray();
    QTest::newRow("half an instance") << QByteArray("scale") << QByteArray(R"({"instances": 0.5})");
    QTest::newRow("too many") << QByteArray("scale") << QByteArray(R"({"instances": 10001})");
    QTest::newRow("below") << QByteArray("scale") << QByteArray(R"({"instances": -1})");
    QTest::newRow("no signal") << QByteArray("signal") << QByteArray("{}");
    QTest::newRow("unknown signal") << QByteArray("signal") << QByteArray(R"({"signal": "FOO"})");
    QTest::newRow("a number") << QByteArray("signal") << QByteArray(R"({"signal": 9})");
    QTest::newRow("no JSON") << QByteArray("stop") << QByteArray("now");
    QTest::newRow("a list") << QByteArray("stop") << QByteArray("[]");
}

void TestControlApi::parametersThatMakeNoSenseAreRefused()
{
    QFETCH(const QByteArray, action);
    QFETCH(const QByteArray, body);
    RawClient client(port(), requestWithBody("POST /api/v1/processes/importer/" + action, body));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 400);
    QVERIFY(client.body().contains("bad_parameter"));
    QCOMPARE(m_desk->commands, QStringList());
}

void TestControlApi::refusalsAreProblems_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("header");
    const auto row = [](const QByteArray &line, int status, const QByteArray &header = {}) {
        QTest::addRow("%s", line.constData()) << line << status << header;
    };
    const QByteArray processes = "/api/v1/processes";
    row("GET /", 404);
    row("GET /metrics", 404);
    row("GET /openapi.json", 404);
    row("GET /api/v1/stream", 404);
    row("GET /api/v2/server", 404);
    row("GET /api/v1/server/", 404);
    row("GET " + processes + "/nobody", 404);
    row("GET " + processes + "/importer:0", 404);
    row("POST " + processes + "/importer/explode", 404);
    row("GET " + processes + "/importer/explode", 404);
    row("POST " + processes + "/importer/start/now", 404);
    row("GET " + processes + "/nobody/deaths", 404);
    row("GET " + processes + "/importer:2/deaths", 404);
    row("GET " + processes + "/none:0/deaths", 404);
    row("GET " + processes + "/Importer/deaths", 400);
    row("POST " + processes + "/importer/deaths", 405, "Allow: GET, HEAD\r\n");
    row("POST " + processes + "/Importer/start", 400);
    row("POST " + processes + "/importer:/start", 400);
    row("POST " + processes + "/importer:01/start", 400);
    row("POST " + processes + "/importer:-1/start", 400);
    row("POST " + processes + "/importer:1:2/start", 400);
    row("POST " + processes + "/%20importer/start", 400);
    row("POST " + processes + "/importer%253A1/start", 400);
    row("POST " + processes + "/*/start", 400);
    row("POST " + processes + "/importer%0a/start", 400);
    row("POST " + processes + "/..%2fimporter/start", 400);
    row("GET " + processes + "/importer/start", 405, "Allow: POST\r\n");
    row("DELETE " + processes + "/importer/start", 405, "Allow: POST\r\n");
    row("POST " + processes, 405, "Allow: GET, HEAD\r\n");
    row("DELETE " + processes + "/importer", 405, "Allow: GET, HEAD\r\n");
    row("PUT /api/v1/server", 405, "Allow: GET, HEAD\r\n");
    row("POST /healthz", 405, "Allow: GET, HEAD\r\n");
    row("BREW /healthz", 501);
}

void TestControlApi::refusalsAreProblems()
{
    QFETCH(const QByteArray, line);
    QFETCH(const int, status);
    QFETCH(const QByteArray, header);
    RawClient client(port(), request(line));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), status);
    QVERIFY(header.isEmpty() || client.has(header.trimmed()));
    QVERIFY(client.has("Content-Type: application/problem+json"));
    const QJsonObject problem = QJsonDocument::fromJson(client.body()).object();
    QCOMPARE(problem.value(u"status"_s), status);
    QVERIFY(!problem.value(u"title"_s).toString().isEmpty());
    QVERIFY(!problem.value(u"detail"_s).toString().isEmpty());
    QCOMPARE(m_desk->commands, QStringList());
}

void TestControlApi::anUnknownActionIsToldWithThoseThatThereAre()
{
    RawClient client(port(), request("POST /api/v1/processes/importer/fly"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 404);
    const QJsonObject problem = QJsonDocument::fromJson(client.body()).object();
    QCOMPARE(problem.value(u"code"_s), u"unknown_action"_s);
    QVERIFY(problem.value(u"detail"_s).toString().startsWith(u"no action \"fly\"; there are "_s));
}

void TestControlApi::refusedCommandsSayWhy_data()
{
    QTest::addColumn<QString>("code");
    QTest::addColumn<int>("status");
    QTest::newRow("unknown process") << u"unknown_process"_s << 404;
    QTest::newRow("unknown action") << u"unknown_action"_s << 404;
    QTest::newRow("bad selector") << u"bad_selector"_s << 400;
    QTest::newRow("shutting down") << u"shutting_down"_s << 503;
    QTest::newRow("anything else") << u"busy"_s << 409;
}

void TestControlApi::refusedCommandsSayWhy()
{
    QFETCH(const QString, code);
    QFETCH(const int, status);
    m_desk->error = CommandError{.code = code, .detail = u"because"_s};
    RawClient client(port(), request("POST /api/v1/processes/importer/stop"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), status);
    const QJsonObject problem = QJsonDocument::fromJson(client.body()).object();
    QCOMPARE(problem.value(u"code"_s), code);
    QCOMPARE(problem.value(u"detail"_s), u"because"_s);
}

void TestControlApi::refusedReloadsSayWhy_data()
{
    QTest::addColumn<QString>("code");
    QTest::addColumn<int>("status");
    QTest::newRow("bad configuration") << u"bad_configuration"_s << 422;
    QTest::newRow("needs restart") << u"needs_restart"_s << 409;
    QTest::newRow("no configuration") << u"no_configuration"_s << 409;
    QTest::newRow("shutting down") << u"shutting_down"_s << 503;
}

void TestControlApi::refusedReloadsSayWhy()
{
    QFETCH(const QString, code);
    QFETCH(const int, status);
    m_desk->refusal
        = ReloadRefusal{.code = code, .detail = u"because"_s, .errors = {{u"$.a"_s, u"bad"_s}}};
    RawClient client(port(), request("POST /api/v1/reload"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), status);
    const QJsonObject problem = QJsonDocument::fromJson(client.body()).object();
    QCOMPARE(problem.value(u"code"_s), code);
    QCOMPARE(problem.value(u"errors"_s),
        (QJsonArray{QJsonObject{{u"path"_s, u"$.a"_s}, {u"message"_s, u"bad"_s}}}));
    RawClient asking(port(), request("GET /api/v1/reload"));
    QTRY_VERIFY_WITH_TIMEOUT(asking.closed(), patience);
    QCOMPARE(asking.status(), 405);
}

void TestControlApi::whoNamesNoHostIsAnswered()
{
    for (const QByteArray &head : {"GET /healthz HTTP/1.0\r\n\r\n"_ba,
             "GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"_ba}) {
        RawClient client(port(), head);
        QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
        QCOMPARE(client.status(), 200);
    }
    RawClient named(port(), "GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(named.closed(), patience);
    QCOMPARE(named.status(), 421);
}

void TestControlApi::strangeHostsAreTurnedAway()
{
    for (const char *path : {"/healthz", "/api/v1/server"}) {
        RawClient client(port(),
            "GET " + QByteArray(path) + " HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer "
                + m_token + "\r\n\r\n");
        QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
        QCOMPARE(client.status(), 421);
    }
}

void TestControlApi::answersAreNotKeptOrGuessed()
{
    RawClient client(port(), request("GET /api/v1/server"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QVERIFY(client.has("Cache-Control: no-store"));
    QVERIFY(client.has("X-Content-Type-Options: nosniff"));
}

void TestControlApi::curlGetsAlong()
{
    const auto curl = [this](const QStringList &arguments) {
        QProcess process;
        process.start(u"curl"_s, QStringList{u"-sS"_s, u"--max-time"_s, u"10"_s} + arguments);
        bool ended = false;
        QObject::connect(&process, &QProcess::finished, this, [&ended] { ended = true; });
        [&] { QTRY_VERIFY_WITH_TIMEOUT(ended, patience); }();
        return process.readAllStandardOutput() + process.readAllStandardError();
    };
    const QString bearer = u"Authorization: Bearer "_s + QString::fromLatin1(m_token);
    const QString url = m_api->address();
    QCOMPARE(curl({url + u"/healthz"_s}), "{\"status\":\"ok\"}\n");
    QVERIFY(curl({u"-I"_s, url + u"/healthz"_s}).startsWith("HTTP/1.1 200 OK\r\n"));
    QCOMPARE(curl({u"-H"_s, bearer, u"-X"_s, u"POST"_s,
                 url + u"/api/v1/processes/importer:1/restart"_s}),
        "{\"event\":41}\n");
    QVERIFY(curl({u"-H"_s, bearer, u"-d"_s, u"{}"_s, url + u"/api/v1/processes/monitor/stop"_s})
                .contains("\"event\":42"));
    QVERIFY(curl({u"-i"_s, url + u"/api/v1/server"_s}).startsWith("HTTP/1.1 401 Unauthorized\r\n"));
}

void TestControlApi::aUnixSocketNeedsTheTokenToo()
{
    const QString path = m_state->filePath(u"control.sock"_s);
    ControlApi api(*m_desk);
    QCOMPARE(api.listen({.host = {}, .port = 0, .path = path}, m_state->path()), std::nullopt);
    QCOMPARE(api.address(), u"unix:"_s + path);
    const auto curl = [&path, this](const QStringList &arguments) {
        QProcess process;
        process.start(u"curl"_s,
            QStringList{u"-sS"_s, u"--max-time"_s, u"10"_s, u"--unix-socket"_s, path} + arguments);
        bool ended = false;
        QObject::connect(&process, &QProcess::finished, this, [&ended] { ended = true; });
        [&] { QTRY_VERIFY_WITH_TIMEOUT(ended, patience); }();
        return process.readAllStandardOutput();
    };
    QVERIFY(curl({u"http://semper/api/v1/server"_s}).contains("\"status\":401"));
    QCOMPARE(curl({u"-H"_s, u"Authorization: Bearer "_s + QString::fromLatin1(m_token),
                 u"http://semper/api/v1/server"_s}),
        "{\"node\":\"desk\"}\n");
}

void TestControlApi::aBadTokenFileIsToldBeforeAnythingIsBound()
{
    const QString path = m_state->filePath(u"token"_s);
    QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::ReadOther));
    ControlApi api(*m_desk);
    const auto reason
        = api.listen({.host = u"127.0.0.1"_s, .port = 0, .path = {}}, m_state->path());
    QVERIFY(reason.has_value());
    QVERIFY(reason->startsWith(u"others may use "_s + path));
    QCOMPARE(api.address(), QString());
}

QTEST_GUILESS_MAIN(TestControlApi)
#include "tst_controlapi.moc"
