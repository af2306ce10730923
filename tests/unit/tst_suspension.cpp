// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/suspension.h>

#include <semper/fakelink.h>
#include <semper/systemclock.h>
#include <semper/untilstop.h>
#include <semper/userprocess.h>

#include <QCoroSignal>
#include <QCoroTimer>
#include <QElapsedTimer>
#include <QException>
#include <QPromise>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QThread>

#include <stdexcept>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

class Herald : public QObject
{
    Q_OBJECT
Q_SIGNALS:
    void called(const QString &name);
};

namespace {

/// Has one alarm at a time, which is as late as the test says.
class LateClock : public Clock
{
public:
    [[nodiscard]] std::chrono::milliseconds now() const override { return m_now; }
    [[nodiscard]] std::unique_ptr<Timer> timer(std::function<void()> callback) override
    {
        m_callback = std::move(callback);
        return std::make_unique<LateTimer>(*this);
    }
    void fire(std::chrono::milliseconds late)
    {
        m_now = m_due + late;
        m_callback();
    }

private:
    class LateTimer : public Timer
    {
    public:
        explicit LateTimer(LateClock &clock)
            : m_clock(clock)
        { }
        void start(std::chrono::milliseconds delay) override
        {
            m_clock.m_due = m_clock.m_now + delay;
        }
        void stop() override { }
        [[nodiscard]] bool isActive() const override { return true; }

    private:
        LateClock &m_clock;
    };

    std::chrono::milliseconds m_now{1h};
    std::chrono::milliseconds m_due{0};
    std::function<void()> m_callback;
};

/// A made-up awaitable of variadic arguments, as those of Semper are to be.
template <class... Arguments>
QCoro::Task<QString> joined(Process &process, QString first, Arguments... others)
{
    co_await process.sleep(1ms);
    ((first += QString::number(others)), ...);
    co_return first;
}

template <class Function>
QCoro::Task<int> called(Process &process, Function function)
{
    co_await process.sleep(1ms);
    co_return function();
}

// Each of these is a form that an author writes; those of docs/writing-a-process.md that do not
// compile, or are miscompiled, cannot stand here.
// As docs/writing-a-process.md has it.
QCoro::Task<QByteArray> readLine(semper::Process &process, QTcpSocket &socket)
{
    while (!socket.canReadLine()) {
        semper::Suspension more(process, semper::Suspension::OnStop::Throw);
        QObject::connect(&socket, &QIODevice::readyRead, &more.context(), [&] { more.resume(); });
        more.endAfter(5s, std::make_exception_ptr(std::runtime_error("no line within 5 s")));
        co_await more.ended();
    }
    co_return socket.readLine();
}

QCoro::Task<> follow(Process &process, QTcpSocket &socket, QByteArrayList &lines, QString &end)
{
    try {
        while (true) {
            const QByteArray line = co_await readLine(process, socket);
            lines.append(line);
        }
    } catch (const Stopped &) {
        end = u"stopped"_s;
    } catch (const std::exception &error) {
        end = QString::fromUtf8(error.what());
    }
}

QCoro::Task<QString> variadicArguments(Process &process)
{
    const QString answer = co_await joined(process, u"a"_s, 1, 2);
    co_return answer;
}

QCoro::Task<QString> namedLocals(Process &process)
{
    const QString first = u"b"_s;
    const int second = 3;
    const QString answer = co_await joined(process, first, second);
    co_return answer;
}

QCoro::Task<QString> lambdaByReference(Process &process)
{
    const int number = 7;
    const int answer = co_await called(process, [&] { return number + 1; });
    co_return QString::number(answer);
}

QCoro::Task<QString> resultBeforeTheCondition(Process &process)
{
    const int answer = co_await called(process, [] { return 1; });
    if (answer == 1)
        co_return u"one"_s;
    co_return u"other"_s;
}

QCoro::Task<QString> nestedInTry(Process &process)
{
    QString text;
    try {
        const QString part = co_await joined(process, u"c"_s, 4);
        text = part;
        throw std::runtime_error("x");
    } catch (const std::runtime_error &) {
        text += u'!';
    }
    co_await process.sleep(1ms);
    co_return text;
}

QCoro::Task<QString> startedFirstAwaitedLater(Process &process)
{
    auto one = joined(process, u"d"_s, 5);
    auto two = joined(process, u"e"_s, 6);
    const QString first = co_await one;
    const QString second = co_await two;
    co_return first + second;
}

using Form = QCoro::Task<QString> (*)(Process &);

QCoro::Task<> awaitOne(Suspension &suspension, QString &outcome)
{
    try {
        co_await suspension.ended();
        outcome = u"resumed"_s;
    } catch (const Stopped &) {
        outcome = u"stopped"_s;
    } catch (const std::exception &error) {
        outcome = QString::fromUtf8(error.what());
    }
}

QCoro::Task<> awaitFuture(Process &process, QFuture<int> future, QString &outcome)
{
    try {
        const int value = co_await process.result(future);
        outcome = QString::number(value);
    } catch (const Stopped &) {
        outcome = u"stopped"_s;
    } catch (const std::exception &error) {
        outcome = QString::fromUtf8(error.what());
    }
}

// What QCoro awaits, in the forms that an author writes.
QCoro::Task<> awaitName(Process &process, Herald &herald, QString &outcome)
{
    try {
        const QString name = co_await untilStop(process, qCoro(&herald, &Herald::called));
        co_await untilStop(process, QCoro::sleepFor(1ms));
        outcome = name;
    } catch (const Stopped &) {
        outcome = u"stopped"_s;
    }
}

QCoro::Task<> fail()
{
    co_await QCoro::sleepFor(1ms);
    throw std::runtime_error("no luck");
}

QCoro::Task<> awaitFailure(Process &process, QString &outcome)
{
    try {
        co_await untilStop(process, fail());
    } catch (const std::exception &error) {
        outcome = QString::fromUtf8(error.what());
    }
}

} // namespace

Q_DECLARE_METATYPE(Form)

/// On the real clock and the real event loop.
class TestSuspension : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void formsThatWork_data();
    void formsThatWork();
    void aSignalOfQtIsAwaitedUntilAStop();
    void theFirstEndWins();
    void anErrorIsThrown();
    void whatEndedBeforeTheAwaitIsNotWaitedFor();
    void aStopThrowsOrReturnsAsItWasTold();
    void theAlarmEndsIt();
    void aPauseIsNoTimeOut();
    void aSuspensionThatIsGoneIsNotResumed();
    void aRealSleepIsNeverShort();
    void aFutureOfAnotherThreadIsAwaited();
    void aFuturesExceptionIsThrown_data();
    void aFuturesExceptionIsThrown();
    void aStopLeavesTheFutureToItself();
    void whatQCoroAwaitsEndsWithItsResult();
    void whatQCoroAwaitsEndsWithAStop();
    void whatQCoroAwaitsThrows();

private:
    FakeLink m_link;
    SystemClock m_clock;
    std::unique_ptr<Process> m_process;
};

void TestSuspension::init()
{
    QTest::failOnWarning(QRegularExpression(u".*"_s));
    m_process = std::make_unique<Process>(u"test"_s, 0, QJsonObject(), m_link, m_clock);
}

void TestSuspension::formsThatWork_data()
{
    QTest::addColumn<Form>("form");
    QTest::addColumn<QString>("answer");
    QTest::newRow("variadic arguments") << Form(variadicArguments) << u"a12"_s;
    QTest::newRow("named locals") << Form(namedLocals) << u"b3"_s;
    QTest::newRow("lambda by reference") << Form(lambdaByReference) << u"8"_s;
    QTest::newRow("result before the condition") << Form(resultBeforeTheCondition) << u"one"_s;
    QTest::newRow("nested in try") << Form(nestedInTry) << u"c4!"_s;
    QTest::newRow("started first, awaited later") << Form(startedFirstAwaitedLater) << u"d5e6"_s;
}

void TestSuspension::formsThatWork()
{
    QFETCH(const Form, form);
    QFETCH(const QString, answer);
    QString result;
    auto task = form(*m_process);
    task.then([&result](const QString &text) { result = text; });
    QTRY_COMPARE_WITH_TIMEOUT(result, answer, 5000);
}

void TestSuspension::aSignalOfQtIsAwaitedUntilAStop()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    QTcpSocket socket;
    socket.connectToHost(QHostAddress(QHostAddress::LocalHost), server.serverPort());
    QTRY_VERIFY_WITH_TIMEOUT(server.hasPendingConnections(), 10'000);
    QTcpSocket *peer = server.nextPendingConnection();
    QByteArrayList lines;
    QString end;
    const auto task = follow(*m_process, socket, lines, end);
    peer->write("one\ntwo\nha");
    QTRY_COMPARE_WITH_TIMEOUT(lines, (QByteArrayList{"one\n", "two\n"}), 10'000);
    peer->write("lf\n");
    QTRY_COMPARE_WITH_TIMEOUT(lines.size(), 3, 10'000);
    m_process->requestStop();
    QTRY_COMPARE_WITH_TIMEOUT(end, u"stopped"_s, 10'000);
}

void TestSuspension::theFirstEndWins()
{
    QString outcome;
    Suspension suspension(*m_process, Suspension::OnStop::Throw);
    const auto task = awaitOne(suspension, outcome);
    suspension.resume();
    suspension.fail(std::make_exception_ptr(std::runtime_error("too late")));
    m_process->requestStop();
    QVERIFY(outcome.isEmpty()); // never inside these calls
    QTRY_COMPARE_WITH_TIMEOUT(outcome, u"resumed"_s, 5000);
}

void TestSuspension::anErrorIsThrown()
{
    QString outcome;
    Suspension suspension(*m_process, Suspension::OnStop::Throw);
    const auto task = awaitOne(suspension, outcome);
    suspension.fail(std::make_exception_ptr(std::runtime_error("no luck")));
    QTRY_COMPARE_WITH_TIMEOUT(outcome, u"no luck"_s, 5000);
}

void TestSuspension::whatEndedBeforeTheAwaitIsNotWaitedFor()
{
    QString outcome;
    Suspension suspension(*m_process, Suspension::OnStop::Throw);
    suspension.resume();
    QTRY_VERIFY_WITH_TIMEOUT(suspension.await_ready(), 5000);
    const auto task = awaitOne(suspension, outcome);
    QCOMPARE(outcome, u"resumed"_s);
}

void TestSuspension::aStopThrowsOrReturnsAsItWasTold()
{
    QString first;
    QString second;
    Suspension throwing(*m_process, Suspension::OnStop::Throw);
    Suspension returning(*m_process, Suspension::OnStop::Return);
    const auto one = awaitOne(throwing, first);
    const auto two = awaitOne(returning, second);
    m_process->requestStop();
    QTRY_COMPARE_WITH_TIMEOUT(first, u"stopped"_s, 5000);
    QTRY_COMPARE_WITH_TIMEOUT(second, u"resumed"_s, 5000);
    QString third;
    Suspension late(*m_process, Suspension::OnStop::Return);
    const auto three = awaitOne(late, third);
    QTRY_COMPARE_WITH_TIMEOUT(third, u"stopped"_s, 5000);
}

void TestSuspension::theAlarmEndsIt()
{
    QString first;
    QString second;
    Suspension resumed(*m_process, Suspension::OnStop::Throw);
    Suspension failed(*m_process, Suspension::OnStop::Throw);
    const auto one = awaitOne(resumed, first);
    const auto two = awaitOne(failed, second);
    resumed.endAfter(5ms);
    failed.endAfter(5ms, std::make_exception_ptr(std::runtime_error("too slow")));
    QTRY_COMPARE_WITH_TIMEOUT(first, u"resumed"_s, 5000);
    QTRY_COMPARE_WITH_TIMEOUT(second, u"too slow"_s, 5000);
}

void TestSuspension::aPauseIsNoTimeOut()
{
    LateClock clock;
    Process process(u"it"_s, 0, {}, m_link, clock);
    Suspension answer(process, Suspension::OnStop::Throw);
    answer.endAfter(5s, std::make_exception_ptr(std::runtime_error("no answer")));
    clock.fire(4s); // it was stopped in between
    QVERIFY(!answer.await_ready());
    clock.fire(10ms);
    QVERIFY(answer.await_ready());
    QVERIFY_EXCEPTION_THROWN(answer.await_resume(), std::runtime_error);

    Suspension sleep(process, Suspension::OnStop::Return);
    sleep.endAfter(5s);
    clock.fire(4s);
    QVERIFY(sleep.await_ready());
}

void TestSuspension::aSuspensionThatIsGoneIsNotResumed()
{
    {
        Suspension suspension(*m_process, Suspension::OnStop::Throw);
        suspension.endAfter(0ms);
        suspension.resume();
    }
    QCoreApplication::processEvents();
    m_process->requestStop();
    QCoreApplication::processEvents();
}

void TestSuspension::aRealSleepIsNeverShort()
{
    QElapsedTimer timer;
    timer.start();
    Suspension suspension(*m_process, Suspension::OnStop::Throw);
    QString outcome;
    const auto task = awaitOne(suspension, outcome);
    suspension.endAfter(200ms);
    QTRY_COMPARE_WITH_TIMEOUT(outcome, u"resumed"_s, 5000);
    QVERIFY(timer.elapsed() >= 199);
}

void TestSuspension::aFutureOfAnotherThreadIsAwaited()
{
    QPromise<int> promise;
    promise.start();
    QString outcome;
    const auto task = awaitFuture(*m_process, promise.future(), outcome);
    const std::unique_ptr<QThread> thread(QThread::create([&promise] {
        promise.addResult(42);
        promise.finish();
    }));
    thread->start();
    QTRY_COMPARE_WITH_TIMEOUT(outcome, u"42"_s, 5000);
    QVERIFY(thread->wait(5000));
}

void TestSuspension::aFuturesExceptionIsThrown_data()
{
    QTest::addColumn<bool>("isWrapped");
    QTest::newRow("as it is") << false;
    QTest::newRow("as QtConcurrent wraps it") << true;
}

void TestSuspension::aFuturesExceptionIsThrown()
{
    QFETCH(const bool, isWrapped);
    QPromise<int> promise;
    promise.start();
    QString outcome;
    const auto task = awaitFuture(*m_process, promise.future(), outcome);
    const auto thrown = std::make_exception_ptr(std::runtime_error("disk full"));
    if (isWrapped)
        promise.setException(QUnhandledException(thrown));
    else
        promise.setException(thrown);
    promise.finish();
    QTRY_COMPARE_WITH_TIMEOUT(outcome, u"disk full"_s, 5000);
}

void TestSuspension::aStopLeavesTheFutureToItself()
{
    QPromise<int> promise;
    promise.start();
    QString outcome;
    const auto task = awaitFuture(*m_process, promise.future(), outcome);
    m_process->requestStop();
    QTRY_COMPARE_WITH_TIMEOUT(outcome, u"stopped"_s, 5000);
    QVERIFY(!promise.isCanceled());
    promise.addResult(1);
    promise.finish();
    QCoreApplication::processEvents();
    QCOMPARE(outcome, u"stopped"_s);
}

void TestSuspension::whatQCoroAwaitsEndsWithItsResult()
{
    Herald herald;
    QString outcome;
    const auto task = awaitName(*m_process, herald, outcome);
    Q_EMIT herald.called(u"Janus"_s);
    QTRY_COMPARE_WITH_TIMEOUT(outcome, u"Janus"_s, 5000);
}

void TestSuspension::whatQCoroAwaitsEndsWithAStop()
{
    Herald herald;
    QString outcome;
    const auto task = awaitName(*m_process, herald, outcome);
    m_process->requestStop();
    QTRY_COMPARE_WITH_TIMEOUT(outcome, u"stopped"_s, 5000);
    Q_EMIT herald.called(u"late"_s); // QCoro's task goes on, and nobody hears of it
    QCoreApplication::processEvents();
    QCOMPARE(outcome, u"stopped"_s);
    QString next;
    const auto another = awaitName(*m_process, herald, next);
    QTRY_COMPARE_WITH_TIMEOUT(next, u"stopped"_s, 5000);
}

void TestSuspension::whatQCoroAwaitsThrows()
{
    QString outcome;
    const auto task = awaitFailure(*m_process, outcome);
    QTRY_COMPARE_WITH_TIMEOUT(outcome, u"no luck"_s, 5000);
}

QTEST_GUILESS_MAIN(TestSuspension)
#include "tst_suspension.moc"
