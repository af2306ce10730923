// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisionloop/statusline.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

ProcessStatus process(const QString &name, ProcessPhase state, bool ready = false)
{
    return {.name = name, .state = state, .ready = ready};
}

} // namespace

/// The line that a service manager shows of a server.
class TestStatusLine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void itCountsThoseThatAreReady();
    void whatIsStoppedOrDoneIsNotMissed();
    void thoseInTroubleAreNamed();
    void ofManyInTroubleAFewAreNamed();
    void aStopNamesWhoIsStillAlive();
};

void TestStatusLine::itCountsThoseThatAreReady()
{
    const ProcessStatus up = process(u"a"_s, ProcessPhase::Running, true);
    const ProcessStatus starting = process(u"b"_s, ProcessPhase::Starting);
    QCOMPARE(statusLine({}), u"0 of 0 processes ready"_s);
    QCOMPARE(statusLine({up}), u"1 of 1 process ready"_s);
    QCOMPARE(statusLine({up, starting}), u"1 of 2 processes ready"_s);
}

void TestStatusLine::whatIsStoppedOrDoneIsNotMissed()
{
    ProcessStatus stopped = process(u"a"_s, ProcessPhase::Stopped);
    stopped.wanted = Wanted::Down;
    QCOMPARE(statusLine({stopped, process(u"b"_s, ProcessPhase::Done),
                 process(u"c"_s, ProcessPhase::Running, true)}),
        u"1 of 1 process ready"_s);
}

void TestStatusLine::thoseInTroubleAreNamed()
{
    ProcessStatus second = process(u"b"_s, ProcessPhase::Backoff);
    second.instance = 2;
    QCOMPARE(statusLine({process(u"a"_s, ProcessPhase::Failed), second}),
        u"0 of 2 processes ready; failed: a; in backoff: b:2"_s);
}

void TestStatusLine::ofManyInTroubleAFewAreNamed()
{
    QList<ProcessStatus> processes;
    for (char c = 'a'; c <= 'h'; ++c)
        processes.append(process(QString(QLatin1Char(c)), ProcessPhase::Failed));
    QCOMPARE(statusLine(processes), u"0 of 8 processes ready; failed: a, b, c, d, e and 3 more"_s);
}

void TestStatusLine::aStopNamesWhoIsStillAlive()
{
    ProcessStatus alive = process(u"a"_s, ProcessPhase::Stopping);
    alive.pid = 17;
    QCOMPARE(stoppingLine({process(u"b"_s, ProcessPhase::Stopped)}), u"stopping"_s);
    QCOMPARE(stoppingLine({alive, process(u"b"_s, ProcessPhase::Stopped)}),
        u"stopping; still alive: a"_s);
}

QTEST_GUILESS_MAIN(TestStatusLine)
#include "tst_statusline.moc"
