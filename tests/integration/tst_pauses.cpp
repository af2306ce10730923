// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/freezer.h"
#include "os/patienttimer.h"
#include "support/freezer.h"
#include "support/runningserver.h"
#include "support/survivors.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

#include <chrono>
#include <csignal>
#include <memory>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;
constexpr int pauseMs = 4000; ///< longer than anything has time

// It has to run for what it does: a sleep is over when a pause is.
const QString work = u"i=0; while [ $i -lt 10 ]; do sleep 0.1; i=$((i + 1)); done; "_s;
const QString saver = u"trap '"_s + work
    + u"echo saved > saved; exit 0' TERM; echo > up; "
      "while true; do sleep 0.1; done"_s;

QJsonObject shell(const QString &script, const QJsonObject &more)
{
    QJsonObject process = more;
    process.insert(u"command"_s, QJsonArray{u"sh"_s, u"-c"_s, script});
    return process;
}

bool hasFile(const RunningServer &server, const QString &name)
{
    return QFile::exists(server.folder() + u'/' + name);
}

enum class Way { Signals, Version1, Version2 };

/// Stops all that is given, for as long as it lives.
class Pause
{
public:
    Pause(Way way, const QList<qint64> &pids)
        : m_pids(pids)
    {
        if (way != Way::Signals)
            m_freezer = std::make_unique<Freezer>(
                way == Way::Version1 ? Freezer::Version::One : Freezer::Version::Two);
        m_works = !m_freezer || (m_freezer->exists() && m_freezer->freeze(pids));
        if (!m_freezer)
            signalAll(SIGSTOP);
    }
    ~Pause()
    {
        if (m_freezer)
            m_freezer->thaw();
        else
            signalAll(SIGCONT);
    }
    Q_DISABLE_COPY_MOVE(Pause)

    [[nodiscard]] bool works() const { return m_works; }
    static void last()
    {
        QElapsedTimer paused;
        paused.start();
        QVERIFY(QTest::qWaitFor([&paused] { return paused.elapsed() > pauseMs; }, 2 * pauseMs));
    }

private:
    void signalAll(int signal) const
    {
        for (const qint64 pid : m_pids)
            ::kill(pid_t(pid), signal);
    }

    const QList<qint64> m_pids;
    std::unique_ptr<Freezer> m_freezer;
    bool m_works = false;
};

bool canBe(Way way)
{
    return way == Way::Signals
        || Freezer(way == Way::Version1 ? Freezer::Version::One : Freezer::Version::Two).exists();
}

void addWays()
{
    QTest::addColumn<int>("way");
    QTest::newRow("stopped by signals") << int(Way::Signals);
    QTest::newRow("frozen, version 1") << int(Way::Version1);
    QTest::newRow("frozen, version 2") << int(Way::Version2);
}

} // namespace

/// A pause is no fault: nothing of it counts towards a time-out.
class TestPauses : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aTimerLeavesOutWhatItsCheckSays();
    void aTimerOfNoTimeElapsesAtOnce();
    void aFrozenGroupIsSeen();
    void whatWasStartingIsNotKilled_data() { addWays(); }
    void whatWasStartingIsNotKilled();
    void whatWasStoppingIsLetFinish_data() { addWays(); }
    void whatWasStoppingIsLetFinish();
    void leftoversAreLetFinish_data() { addWays(); }
    void leftoversAreLetFinish();
    void aShutdownIsNotCutShort_data() { addWays(); }
    void aShutdownIsNotCutShort();
    void theProcessAlone_data() { addWays(); }
    void theProcessAlone();
    void aFrozenProcessIsNotHung_data();
    void aFrozenProcessIsNotHung();
    void oneThatStopsItselfAtAStopIsEndedAllTheSame();
    void oneThatStopsItselfAtItsStartIsNotWaitedFor();
};

void TestPauses::aTimerLeavesOutWhatItsCheckSays()
{
    PatientTimer timer;
    QSignalSpy elapsed(&timer, &PatientTimer::timeout);
    int looks = 0;
    bool isPaused = true;
    timer.setPauseCheck([&] {
        ++looks;
        return isPaused;
    });
    timer.start(40ms);
    QTRY_VERIFY_WITH_TIMEOUT(looks > 30, patience); // of 5 ms each
    QVERIFY(elapsed.isEmpty());
    QVERIFY(timer.isActive());
    isPaused = false;
    QTRY_COMPARE_WITH_TIMEOUT(elapsed.size(), 1, patience);
    QVERIFY(!timer.isActive());
}

void TestPauses::aTimerOfNoTimeElapsesAtOnce()
{
    PatientTimer timer;
    timer.setPauseCheck([] { return true; });
    QSignalSpy elapsed(&timer, &PatientTimer::timeout);
    timer.start(0ms);
    QTRY_COMPARE_WITH_TIMEOUT(elapsed.size(), 1, patience);
}

void TestPauses::aFrozenGroupIsSeen()
{
    for (const auto version : {Freezer::Version::One, Freezer::Version::Two}) {
        const Freezer freezer(version);
        if (!freezer.exists())
            continue;
        QProcess sleep;
        sleep.start(u"sleep"_s, {u"600"_s});
        QVERIFY(sleep.waitForStarted());
        const auto pid = pid_t(sleep.processId());
        QVERIFY(!isInFrozenCgroup(pid));
        QVERIFY(freezer.freeze({pid}));
        QTRY_VERIFY_WITH_TIMEOUT(isInFrozenCgroup(pid), patience);
        freezer.thaw();
        QTRY_VERIFY_WITH_TIMEOUT(!isInFrozenCgroup(pid), patience);
        sleep.kill();
        QVERIFY(sleep.waitForFinished());
    }
}

void TestPauses::whatWasStartingIsNotKilled()
{
    QFETCH(const int, way);
    if (!canBe(Way(way)))
        QSKIP("no freezer that this user may use");
    const QJsonObject ready{
        {u"mode"_s, u"log"_s}, {u"pattern"_s, u"^up$"_s}, {u"timeout_ms"_s, 3000}};
    RunningServer server({{u"it"_s,
        shell(u"echo > begun; "_s + work + u"echo up; sleep 600"_s, {{u"ready"_s, ready}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(hasFile(server, u"begun"_s), patience);
    {
        const Pause pause(Way(way), survivors(server.mark()));
        QVERIFY(pause.works());
        Pause::last();
    }
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 0);
}

void TestPauses::whatWasStoppingIsLetFinish()
{
    QFETCH(const int, way);
    if (!canBe(Way(way)))
        QSKIP("no freezer that this user may use");
    const QJsonObject stop{{u"timeout_ms"_s, 3000}};
    RunningServer server({{u"it"_s, shell(saver, {{u"stop"_s, stop}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(hasFile(server, u"up"_s), patience);
    QCOMPARE(server.command({u"stop"_s, u"--no-wait"_s, u"it"_s}).exitCode, 0);
    {
        const Pause pause(Way(way), survivors(server.mark()));
        QVERIFY(pause.works());
        Pause::last();
    }
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"stopped"_s, patience);
    QVERIFY(hasFile(server, u"saved"_s));
}

void TestPauses::leftoversAreLetFinish()
{
    QFETCH(const int, way);
    if (!canBe(Way(way)))
        QSKIP("no freezer that this user may use");
    const QJsonObject stop{{u"leftovers_ms"_s, 3000}};
    RunningServer server({{u"it"_s, shell(u"("_s + saver + u") & wait"_s, {{u"stop"_s, stop}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(hasFile(server, u"up"_s), patience);
    const auto leader = pid_t(server.process(u"it"_s)[u"pid"_s].toInteger());
    QCOMPARE(::kill(leader, SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"backoff"_s, patience);
    {
        const Pause pause(Way(way), survivors(server.mark()));
        QVERIFY(pause.works());
        Pause::last();
    }
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s], 1, patience);
    QVERIFY(hasFile(server, u"saved"_s));
}

void TestPauses::aShutdownIsNotCutShort()
{
    QFETCH(const int, way);
    if (!canBe(Way(way)))
        QSKIP("no freezer that this user may use");
    RunningServer server({{u"it"_s, shell(saver, {})}}, {{u"shutdown_timeout_ms"_s, 3000}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(hasFile(server, u"up"_s), patience);
    QCOMPARE(::kill(pid_t(server.guardianPid()), SIGTERM), 0);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"stopping all processes"_s), patience);
    {
        const Pause pause(Way(way), survivors(server.mark()));
        QVERIFY(pause.works());
        Pause::last();
    }
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QVERIFY(hasFile(server, u"saved"_s));
}

void TestPauses::theProcessAlone()
{
    QFETCH(const int, way);
    if (!canBe(Way(way)))
        QSKIP("no freezer that this user may use");
    const QJsonObject stop{{u"timeout_ms"_s, 3000}};
    RunningServer server({{u"it"_s, shell(saver, {{u"stop"_s, stop}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(hasFile(server, u"up"_s), patience);
    const qint64 pid = server.process(u"it"_s)[u"pid"_s].toInteger();
    {
        const Pause pause(Way(way), {pid});
        QVERIFY(pause.works());
        QCOMPARE(server.command({u"stop"_s, u"--no-wait"_s, u"it"_s}).exitCode, 0);
        Pause::last(); // one that a signal stopped is let go on by the stop
        if (Way(way) != Way::Signals)
            QCOMPARE(server.process(u"it"_s)[u"state"_s], u"stopping"_s);
    }
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"stopped"_s, patience);
    QVERIFY(hasFile(server, u"saved"_s));
}

void TestPauses::aFrozenProcessIsNotHung_data()
{
    QTest::addColumn<int>("way");
    QTest::newRow("version 1") << int(Way::Version1);
    QTest::newRow("version 2") << int(Way::Version2);
}

void TestPauses::aFrozenProcessIsNotHung()
{
    QFETCH(const int, way);
    if (!canBe(Way(way)))
        QSKIP("no freezer that this user may use");
    const QJsonObject liveness{{u"mode"_s, u"exec"_s},
        {u"command"_s, QJsonArray{u"sh"_s, u"-c"_s, u"test ! -e sick"_s}}, {u"interval_ms"_s, 100},
        {u"failures"_s, 2}};
    RunningServer server({{u"it"_s, shell(u"sleep 600"_s, {{u"liveness"_s, liveness}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"alive"_s], true, patience);
    {
        const Pause pause(Way(way), {server.process(u"it"_s)[u"pid"_s].toInteger()});
        QVERIFY(pause.works());
        QFile sick(server.folder() + u"/sick"_s);
        QVERIFY(sick.open(QIODevice::WriteOnly)); // as a server that does not answer is
        Pause::last();
        QVERIFY(sick.remove());
    }
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"alive"_s], true, patience);
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 0);
}

void TestPauses::oneThatStopsItselfAtAStopIsEndedAllTheSame()
{
    const QString stubborn
        = u"trap 'kill -STOP $$' TERM; echo > up; while true; do sleep 0.1; done"_s;
    const QJsonObject stop{{u"timeout_ms"_s, 1000}};
    RunningServer server({{u"it"_s, shell(stubborn, {{u"stop"_s, stop}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(hasFile(server, u"up"_s), patience);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"stopped"_s);
}

void TestPauses::oneThatStopsItselfAtItsStartIsNotWaitedFor()
{
    const QJsonObject ready{{u"mode"_s, u"notify"_s}, {u"timeout_ms"_s, 500}};
    RunningServer server(
        {{u"it"_s, shell(u"kill -STOP $$; exec sleep 100"_s, {{u"ready"_s, ready}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s].toInteger() > 0, patience);
    const QString reason = server.process(u"it"_s)[u"reason"_s].toString();
    QVERIFY2(reason.startsWith(u"not ready within 500 ms"_s), qPrintable(reason));
}

QTEST_GUILESS_MAIN(TestPauses)
#include "tst_pauses.moc"
