// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/freezer.h"
#include "support/hubpeer.h"
#include "support/runningserver.h"
#include "support/survivors.h"

#include "protocol/keys.h"

#include <QJsonArray>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 15000;

/// Killed at once: one that is frozen has all the time in the world to stop.
QJsonObject sleeper()
{
    return {{u"command"_s, QJsonArray{helperProgram(u"sleeper"_s)}},
        {u"stop"_s, QJsonObject{{u"timeout_ms"_s, 0}}}};
}

} // namespace

/// A child in uninterruptible sleep. Skipped where none can be made.
class TestUnkillable : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void itIsShownAndReplacedOnceItIsGone();
    void itDoesNotHoldUpAShutdown();
};

void TestUnkillable::initTestCase()
{
    if (!Freezer(Freezer::Version::One).exists())
        QSKIP("no freezer of version 1 that this user may use");
}

void TestUnkillable::itIsShownAndReplacedOnceItIsGone()
{
    const Freezer freezer(Freezer::Version::One);
    RunningServer server({{u"it"_s, sleeper()}, {u"other"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
    const qint64 pid = server.process(u"it"_s)[u"pid"_s].toInteger();
    QVERIFY(freezer.freeze({pid}));
    HubPeer peer(server.socketPath());
    peer.watch({u"events"_s});
    QCOMPARE(server.command({u"restart"_s, u"it"_s, u"--no-wait"_s}).exitCode, 0);
    const auto reason = [&] { return server.process(u"it"_s)[u"reason"_s].toString(); };
    QTRY_VERIFY_WITH_TIMEOUT(reason().startsWith(u"cannot be killed: state D"_s), patience);
    QCOMPARE(server.process(u"it"_s)[u"cause"_s][u"code"_s], u"unkillable"_s);
    QCOMPARE(server.process(u"it"_s)[u"cause"_s][u"state"_s], u"D"_s);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"stopping"_s);
    QCOMPARE(server.process(u"it"_s)[u"pid"_s].toInteger(), pid);
    const auto told = [&] {
        const QList<QJsonObject> frames = peer.framesOf(u"event");
        return std::ranges::count_if(frames, [](const QJsonObject &frame) {
            return frame[keys::event][keys::type] == u"unkillable"_s;
        });
    };
    QTRY_COMPARE_WITH_TIMEOUT(told(), 1, patience);
    QCOMPARE(server.command({u"restart"_s, u"other"_s}).exitCode, 0); // nobody else is held up
    const auto stop = server.command({u"stop"_s, u"it"_s});
    QCOMPARE(stop.exitCode, 1);
    QVERIFY2(stop.standardError.startsWith("it: stopping: cannot be killed: state D"),
        stop.standardError);
    QCOMPARE(server.command({u"start"_s, u"it"_s, u"--no-wait"_s}).exitCode, 0); // once it is gone

    freezer.thaw();
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
    QVERIFY(server.process(u"it"_s)[u"pid"_s].toInteger() != pid);
    QCOMPARE(server.stop(), 0);
}

void TestUnkillable::itDoesNotHoldUpAShutdown()
{
    const Freezer freezer(Freezer::Version::One);
    QJsonObject it = sleeper();
    it.insert(u"depends_on"_s, QJsonArray{u"other"_s}); // which is stopped all the same
    RunningServer server({{u"it"_s, it}, {u"other"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
    const qint64 pid = server.process(u"it"_s)[u"pid"_s].toInteger();
    QVERIFY(freezer.freeze({pid}));
    QCOMPARE(server.stop(), 1); // within 40 s, or it is -1; its limit is 60 s
    QVERIFY2(server.log().contains(u"other: stopped"_s), qPrintable(server.log()));
    QVERIFY2(server.log().contains(u"it (pid %1) is left behind: cannot be killed"_s.arg(pid)),
        qPrintable(server.log()));
    QCOMPARE(survivors(server.mark()), QList<qint64>{pid});
    freezer.thaw();
    QTRY_COMPARE_WITH_TIMEOUT(survivors(server.mark()), QList<qint64>(), patience);
}

QTEST_GUILESS_MAIN(TestUnkillable)
#include "tst_unkillable.moc"
