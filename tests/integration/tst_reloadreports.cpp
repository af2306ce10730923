// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/reloading.h"
#include "support/hubpeer.h"

#include <QJsonDocument>
#include <QTest>

#include <tuple>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 15'000;

} // namespace

/// What a reload tells: who asked for it, who watches, and who reads the events later.
class TestReloadReports : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aReloadOverHttpAnswersWithItsEvent();
    void aWrongParameterOverHttpIsNoReload();
    void eventsTellWhatWasChangedAndWhatWasNot();
    void aFileFullOfErrorsIsToldInFramesThatFit();
    void watchersSeeWhoCameAndWent();
    void theCommandPrintsTheDifference();
    void theCommandPrintsWhatWillHappen();
};

void TestReloadReports::aReloadOverHttpAnswersWithItsEvent()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    server.configure({{u"a"_s, sleeper()}, {u"b"_s, sleeper()}});
    auto [status, answer] = server.post(u"/api/v1/reload?dry_run=true"_s);
    QCOMPARE(status, 200);
    QVERIFY(!answer.contains(u"event"_s));
    QCOMPARE(answer[u"changes"_s].toArray().size(), 1);
    std::tie(status, answer) = server.post(u"/api/v1/reload"_s, R"({"dry_run": true})");
    QCOMPARE(status, 200);
    QVERIFY(server.process(u"b"_s).isEmpty());

    std::tie(status, answer) = server.post(u"/api/v1/reload"_s, QByteArray());
    QCOMPARE(status, 202);
    QVERIFY(answer[u"event"_s].toInteger() > 0);
    QCOMPARE(answer[u"unchanged"_s], 1);
    QCOMPARE(answer[u"changes"_s].toArray(),
        (QJsonArray{QJsonObject{{u"change"_s, u"added"_s}, {u"process"_s, u"b"_s},
            {u"effect"_s, u"start"_s}, {u"path"_s, u"$.services.http.processes.b"_s}}}));

    server.configure(QByteArray(R"({"nod": "x", "control": {"listen": 5}})"));
    std::tie(status, answer) = server.post(u"/api/v1/reload"_s);
    QCOMPARE(status, 422);
    QCOMPARE(answer[u"code"_s], u"bad_configuration"_s);
    QCOMPARE(answer[u"errors"_s].toArray().size(), 2);
}

void TestReloadReports::aWrongParameterOverHttpIsNoReload()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    server.configure({{u"b"_s, sleeper()}});
    QCOMPARE(server.post(u"/api/v1/reload?dryrun=true"_s).first, 400);
    QCOMPARE(server.post(u"/api/v1/reload?dry_run=yes"_s).first, 400);
    QCOMPARE(server.post(u"/api/v1/reload"_s, R"({"dry_run": "true"})").first, 400);
    QCOMPARE(server.post(u"/api/v1/reload"_s, R"({"dry-run": true})").first, 400);
    QCOMPARE(server.post(u"/api/v1/reload"_s, "[]").first, 400);
    QVERIFY(server.process(u"b"_s).isEmpty());
}

void TestReloadReports::eventsTellWhatWasChangedAndWhatWasNot()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"events"_s});
    QTRY_VERIFY_WITH_TIMEOUT(!watcher.framesOf(u"snapshot").isEmpty(), patience);
    server.configure({{u"a"_s, sleeper()}, {u"b"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    server.configure(QByteArray("{"));
    QCOMPARE(server.command({u"reload"_s}).exitCode, 1);
    QList<QJsonObject> reloads;
    const auto find = [&] {
        reloads.clear();
        for (const QJsonObject &frame : watcher.framesOf(u"event"))
            if (frame[u"event"_s][u"type"_s] == u"reload"_s)
                reloads.append(frame[u"event"_s].toObject());
        return reloads.size();
    };
    QTRY_COMPARE_WITH_TIMEOUT(find(), 2, patience);
    QCOMPARE(reloads[0][u"ok"_s], true);
    QCOMPARE(reloads[0][u"changes"_s][0][u"process"_s], u"b"_s);
    QVERIFY(reloads[0][u"by"_s].toString().startsWith(u"local user"_s));
    QCOMPARE(reloads[1][u"ok"_s], false);
    QCOMPARE(reloads[1][u"errors"_s][0][u"path"_s], u"$"_s);
}

void TestReloadReports::aFileFullOfErrorsIsToldInFramesThatFit()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QByteArray text = "{";
    for (int i = 0; i < 5000; ++i)
        text += (i > 0 ? ", \"" : "\"") + QByteArray::number(i) + QByteArray(100, 'x') + "\": 1";
    server.configure(text + ", \"" + QByteArray(200'000, 'y') + "\": 1}");
    HubPeer watcher(server.socketPath());
    watcher.watch({u"events"_s});
    watcher.send({{u"type"_s, u"command"_s}, {u"id"_s, 1}, {u"action"_s, u"reload"_s}});
    const auto last = [&] {
        const auto results = watcher.framesOf(u"result");
        return !results.isEmpty() && results.last()[u"last"_s].toBool();
    };
    QTRY_VERIFY_WITH_TIMEOUT(last(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(!watcher.framesOf(u"event").isEmpty(), patience);
    for (const QJsonObject &frame : watcher.frames())
        QVERIFY(QJsonDocument(frame).toJson(QJsonDocument::Compact).size() < 64 * 1024);

    const auto output = server.command({u"reload"_s, u"--json"_s});
    QCOMPARE(output.exitCode, 1);
    const QJsonObject result = QJsonDocument::fromJson(output.standardOutput).object();
    QCOMPARE(result[u"errors"_s].toArray().size(), 5001);
    QVERIFY(isRunning(server, u"a"_s));
}

void TestReloadReports::watchersSeeWhoCameAndWent()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QProcess waiting; // a watcher since before the reload
    waiting.start(builtProgram(u"semper"_s),
        {u"wait"_s, u"--for"_s, u"down"_s, u"a"_s, u"--socket"_s, server.socketPath(),
            u"--timeout-ms"_s, u"15000"_s});
    QVERIFY(waiting.waitForStarted(patience));
    server.configure({{u"b"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(waiting.state(), QProcess::NotRunning, patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.command({u"status"_s, u"a"_s}).exitCode, 1, patience);
    QCOMPARE(server.command({u"wait"_s, u"b"_s}).exitCode, 0);
}

void TestReloadReports::theCommandPrintsTheDifference()
{
    RunningServer server({{u"a"_s, sleeper()}, {u"b"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"reload"_s}).standardOutput, "= 2 processes unchanged\n");
    server.configure({{u"a"_s, sleeper(instances(2))}, {u"b"_s, sleeper()}},
        {{u"shutdown_timeout_ms"_s, 30000}});
    const auto json = server.command({u"reload"_s, u"--json"_s});
    QCOMPARE(json.exitCode, 0);
    const QJsonObject result = QJsonDocument::fromJson(json.standardOutput).object();
    QCOMPARE(result[u"ok"_s], true);
    QCOMPARE(result[u"unchanged"_s], 1);
    QCOMPARE(result[u"changes"_s],
        (QJsonArray{
            QJsonObject{{u"change"_s, u"changed"_s}, {u"path"_s, u"$.shutdown_timeout_ms"_s}},
            QJsonObject{{u"change"_s, u"changed"_s}, {u"process"_s, u"a"_s},
                {u"path"_s, u"$.services.http.processes.a"_s},
                {u"keys"_s, QJsonArray{u"instances"_s}}, {u"effect"_s, u"none"_s},
                {u"restart"_s, false}}}));
}

void TestReloadReports::theCommandPrintsWhatWillHappen()
{
    const auto with = [](const QString &value, QJsonObject more) {
        more.insert(u"environment"_s, QJsonObject{{u"X"_s, value}});
        return sleeper(more);
    };
    const QJsonObject yearly{{u"schedule"_s, u"@yearly"_s}};
    const QJsonObject off{{u"enabled"_s, false}};
    RunningServer server({{u"a"_s, with(u"1"_s, {})}, {u"b"_s, with(u"1"_s, {})},
        {u"c"_s, with(u"1"_s, yearly)}, {u"d"_s, with(u"1"_s, off)}, {u"e"_s, with(u"1"_s, {})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"wait"_s, u"a"_s, u"b"_s, u"e"_s}).exitCode, 0);
    QCOMPARE(server.command({u"stop"_s, u"b"_s}).exitCode, 0);
    server.configure(
        {{u"a"_s, with(u"2"_s, {})}, {u"b"_s, with(u"2"_s, {})}, {u"c"_s, with(u"2"_s, yearly)},
            {u"d"_s, with(u"1"_s, {})}, {u"e"_s, with(u"2"_s, off)}, {u"f"_s, with(u"1"_s, off)}});
    const auto output = server.command({u"reload"_s});
    QCOMPARE(QString::fromUtf8(output.standardOutput),
        u"~ a: environment.X (restart)\n"
        "~ b: environment.X (from its next start)\n"
        "~ c: environment.X (from its next run)\n"
        "~ d: enabled (start)\n"
        "~ e: environment.X, enabled (stop)\n"
        "+ f (disabled)\n"
        "= 0 processes unchanged\n"_s);
}

QTEST_GUILESS_MAIN(TestReloadReports)
#include "tst_reloadreports.moc"
