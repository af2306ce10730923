// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/runningserver.h"

#include <QFile>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 30'000;

const QJsonObject &plugins()
{
    static const QJsonObject top{{u"plugin_directories"_s,
        QJsonArray{qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s}}};
    return top;
}

QJsonObject throwing(const QString &kind)
{
    return {{u"class"_s, u"test::Throw"_s}, {u"settings"_s, QJsonObject{{u"kind"_s, kind}}}};
}

/// Works until somebody makes the file "stall" in its folder.
QJsonObject stalling(const QString &reaction)
{
    return {{u"class"_s, u"test::Stall"_s}, {u"stalled_after_ms"_s, 3000},
        {u"on_stalled"_s, reaction}, {u"settings"_s, QJsonObject{{u"file"_s, u"stall"_s}}}};
}

QString stateOf(RunningServer &server)
{
    return server.process(u"it"_s)[u"state"_s].toString();
}

} // namespace

/// What a class says of itself, to a real server: that its configuration is wrong, that it works.
class TestAuthorsWords : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aConfigurationErrorIsAFailureInPlaceOfRestarts();
    void aReloadThatMendsTheConfigurationStartsItAgain();
    void whoStopsWorkingIsStalledUntilItWorksAgain();
    void whoStopsWorkingIsRestartedByChoice();
};

void TestAuthorsWords::aConfigurationErrorIsAFailureInPlaceOfRestarts()
{
    RunningServer server({{u"it"_s, throwing(u"configuration"_s)}}, plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(server), u"failed"_s, patience);
    const QJsonObject it = server.process(u"it"_s);
    QCOMPARE(it[u"reason"_s], u"settings.url: is missing"_s);
    QCOMPARE(it[u"cause"_s][u"code"_s], u"configuration"_s);
    QCOMPARE(it[u"restarts"_s], 0);
    QCOMPARE(it[u"last_exit"_s][u"code"_s], 78);
}

void TestAuthorsWords::aReloadThatMendsTheConfigurationStartsItAgain()
{
    RunningServer server({{u"it"_s, throwing(u"configuration"_s)}}, plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(server), u"failed"_s, patience);
    server.configure({{u"it"_s, QJsonObject{{u"class"_s, u"test::SleepForever"_s}}}}, plugins());
    QCOMPARE(server.post(u"/api/v1/reload"_s).first, 202);
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(server), u"running"_s, patience);
}

void TestAuthorsWords::whoStopsWorkingIsStalledUntilItWorksAgain()
{
    RunningServer server({{u"it"_s, stalling(u"tell"_s)}}, plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(server), u"running"_s, patience);
    const qint64 pid = server.process(u"it"_s)[u"pid"_s].toInteger();
    QFile file(server.folder() + u"/stall"_s);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"stalled"_s].toBool(), true, patience);
    QCOMPARE(stateOf(server), u"running"_s);
    QCOMPARE(server.process(u"it"_s)[u"cause"_s][u"code"_s], u"stalled"_s);
    QVERIFY(file.remove());
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"stalled"_s].toBool(), false, patience);
    QCOMPARE(server.process(u"it"_s)[u"pid"_s].toInteger(), pid);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it: works again"_s), patience);
}

void TestAuthorsWords::whoStopsWorkingIsRestartedByChoice()
{
    RunningServer server({{u"it"_s, stalling(u"restart"_s)}}, plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(server), u"running"_s, patience);
    QFile file(server.folder() + u"/stall"_s);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s].toInt() >= 1, patience);
    const QJsonObject exit = server.process(u"it"_s)[u"last_exit"_s].toObject();
    QCOMPARE(exit[u"cause"_s][u"code"_s], u"stalled"_s);
    QCOMPARE(exit[u"code"_s], 0); // it was asked, not killed
}

QTEST_GUILESS_MAIN(TestAuthorsWords)
#include "tst_authorswords.moc"
