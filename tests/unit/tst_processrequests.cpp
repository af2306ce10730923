// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/frame.h"
#include "protocol/keys.h"

#include <semper/fakeclock.h>
#include <semper/fakelink.h>
#include <semper/process.h>
#include <semper/requesterror.h>

#include <QTest>

#include <memory>
#include <stdexcept>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

QCoro::Task<> ask(Process &process, QJsonObject question, QString &outcome)
{
    try {
        const QJsonObject answer = co_await process.ask(question, 100ms);
        outcome = u"answer %1"_s.arg(answer.value(u"n").toInt());
    } catch (const RequestError &error) {
        outcome = error.reasonName();
    } catch (const Stopped &) {
        outcome = u"stopped"_s;
    }
}

QString errorCode(const std::optional<QJsonObject> &response)
{
    return response ? response->value(keys::error)[keys::code].toString() : u"nothing"_s;
}

} // namespace

/// Requests between a process and its service, as the process sees them.
class TestProcessRequests : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void aPlainFunctionAnswers();
    void aCoroutineAnswersLaterAndSeveralAtOnce();
    void whatTheHandlerThrowsIsTold();
    void aHandlerRefusesWithACodeAndDataOfItsOwn();
    void whatAHandlerLetsThroughOfItsOwnRequestsIsAFailure();
    void withoutAHandlerTheAskerIsTold();
    void anUnknownMethodIsRefused();
    void anAnswerThatIsTooLargeIsToldAsSuch();
    void aStopIsToldToWhoeverAsked();
    void theServiceAnswersTheProcess();
    void theServiceWithoutAHandlerIsToldAsSuch();
    void theServiceRefusesWithACodeAndDataOfItsOwn();
    void noAnswerIsATimeOut();
    void aRequestThatIsTooLargeIsNotSent();
    void whatIsNoAnswerIsRefused();
    void aSecondAnswerIsPassedOver();

private:
    std::unique_ptr<FakeLink> m_link;
    std::unique_ptr<FakeClock> m_clock;
    std::unique_ptr<Process> m_process;
};

void TestProcessRequests::init()
{
    m_process.reset();
    m_link = std::make_unique<FakeLink>();
    m_clock = std::make_unique<FakeClock>();
    m_process = std::make_unique<Process>(u"p"_s, 0, QJsonObject(), *m_link, *m_clock);
}

void TestProcessRequests::aPlainFunctionAnswers()
{
    m_process->onRequest([](const QJsonObject &request) {
        return QJsonObject{{u"twice"_s, 2 * request.value(u"n").toInt()}};
    });
    const qint64 request = m_link->ask({{u"n"_s, 21}});
    const auto answer = m_link->answer(request);
    QVERIFY(answer);
    QCOMPARE(answer->value(keys::result)[u"twice"_s], 42);
}

void TestProcessRequests::aCoroutineAnswersLaterAndSeveralAtOnce()
{
    m_process->onRequest([this](const QJsonObject &request) -> QCoro::Task<QJsonObject> {
        const int n = request.value(u"n").toInt();
        co_await m_process->sleep(std::chrono::milliseconds(n));
        co_return request;
    });
    const qint64 slow = m_link->ask({{u"n"_s, 20}});
    const qint64 fast = m_link->ask({{u"n"_s, 10}});
    m_clock->advance(10ms);
    QVERIFY(m_link->answer(fast));
    QVERIFY(!m_link->answer(slow));
    m_clock->advance(10ms);
    QVERIFY(m_link->answer(slow));
    QCOMPARE(m_link->answer(slow)->value(keys::result)[u"n"_s], 20);
}

void TestProcessRequests::whatTheHandlerThrowsIsTold()
{
    m_process->onRequest(
        [](const QJsonObject &) -> QJsonObject { throw std::out_of_range("row"); });
    const auto answer = m_link->answer(m_link->ask({}));
    QCOMPARE(errorCode(answer), u"handler_failed"_s);
    QCOMPARE(answer->value(keys::error)[keys::detail], u"std::out_of_range: row"_s);
}

void TestProcessRequests::aHandlerRefusesWithACodeAndDataOfItsOwn()
{
    m_process->onRequest([](const QJsonObject &request) -> QJsonObject {
        throw RequestError(u"no_such_article"_s, u"there is none"_s, request);
    });
    const auto answer = m_link->answer(m_link->ask({{u"article"_s, 17}}));
    const QJsonObject expected{{keys::code, u"no_such_article"_s},
        {keys::detail, u"there is none"_s}, {u"data"_s, QJsonObject{{u"article"_s, 17}}}};
    QCOMPARE(answer->value(keys::error).toObject(), expected);
    m_process->onRequest([](const QJsonObject &) -> QJsonObject {
        const QJsonObject large{{u"text"_s, QString(maximumFrameBytes, u'x')}};
        throw RequestError(u"large"_s, u"too much to say"_s, large);
    });
    QCOMPARE(errorCode(m_link->answer(m_link->ask({}))), u"too_large"_s);
}

void TestProcessRequests::whatAHandlerLetsThroughOfItsOwnRequestsIsAFailure()
{
    m_process->onRequest([this](const QJsonObject &request) -> QCoro::Task<QJsonObject> {
        co_return co_await m_process->ask(request, 100ms);
    });
    const qint64 request = m_link->ask({});
    m_clock->advance(0s);
    QCOMPARE(errorCode(m_link->answer(request)), u"handler_failed"_s);
}

void TestProcessRequests::withoutAHandlerTheAskerIsTold()
{
    QCOMPARE(errorCode(m_link->answer(m_link->ask({}))), u"no_handler"_s);
}

void TestProcessRequests::anUnknownMethodIsRefused()
{
    m_process->onRequest([](const QJsonObject &request) { return request; });
    m_link->receive(
        makeFrame(frames::request, {{keys::id, 77}, {keys::method, u"process.sing"_s}}));
    QCOMPARE(errorCode(m_link->answer(77)), u"unknown_method"_s);
}

void TestProcessRequests::anAnswerThatIsTooLargeIsToldAsSuch()
{
    m_process->onRequest([](const QJsonObject &) {
        return QJsonObject{{u"text"_s, QString(maximumFrameBytes, u'x')}};
    });
    QCOMPARE(errorCode(m_link->answer(m_link->ask({}))), u"too_large"_s);
}

void TestProcessRequests::aStopIsToldToWhoeverAsked()
{
    m_process->onRequest([this](const QJsonObject &request) -> QCoro::Task<QJsonObject> {
        static_cast<void>(co_await m_process->service().connectionChange());
        co_return request;
    });
    const qint64 request = m_link->ask({});
    m_clock->advance(0s);
    QVERIFY(!m_link->answer(request));
    m_process->requestStop();
    m_clock->advance(0s);
    QCOMPARE(errorCode(m_link->answer(request)), u"stopping"_s);
}

void TestProcessRequests::theServiceAnswersTheProcess()
{
    m_link->setServiceHandler([](const QJsonObject &request) { return request; });
    QString outcome;
    const auto task = ask(*m_process, {{u"n"_s, 5}}, outcome);
    m_clock->advance(0s);
    QCOMPARE(outcome, u"answer 5"_s);
}

void TestProcessRequests::theServiceWithoutAHandlerIsToldAsSuch()
{
    QString outcome;
    const auto task = ask(*m_process, {}, outcome);
    m_clock->advance(0s);
    QCOMPARE(outcome, u"unhandled"_s);
}

void TestProcessRequests::theServiceRefusesWithACodeAndDataOfItsOwn()
{
    m_link->setServiceHandler([](const QJsonObject &request) -> QJsonObject {
        throw RequestError(u"sold_out"_s, u"come tomorrow"_s, request);
    });
    std::optional<RequestError> caught;
    const auto ask = [&]() -> QCoro::Task<> {
        QJsonObject question;
        question.insert(u"n"_s, 5);
        try {
            static_cast<void>(co_await m_process->ask(question, 100ms));
        } catch (const RequestError &error) {
            caught = error;
        }
    };
    const auto task = ask();
    m_clock->advance(0s);
    QVERIFY(caught);
    QCOMPARE(caught->reason(), RequestError::Reason::Refused);
    QCOMPARE(caught->code(), u"sold_out"_s);
    QCOMPARE(caught->data().value(u"n"), 5);
    QCOMPARE(caught->what(), "sold_out: come tomorrow");
}

void TestProcessRequests::noAnswerIsATimeOut()
{
    m_link->setAnswers(false);
    QString outcome;
    const auto task = ask(*m_process, {}, outcome);
    m_clock->advance(99ms);
    QVERIFY(outcome.isEmpty());
    m_clock->advance(1ms);
    QCOMPARE(outcome, u"timed_out"_s);
}

void TestProcessRequests::aRequestThatIsTooLargeIsNotSent()
{
    QString outcome;
    const auto task = ask(*m_process, {{u"text"_s, QString(maximumFrameBytes, u'x')}}, outcome);
    m_clock->advance(0s);
    QCOMPARE(outcome, u"too_large"_s);
    QVERIFY(m_link->sent(u"request").isEmpty());
}

void TestProcessRequests::whatIsNoAnswerIsRefused()
{
    m_link->setAnswers(false);
    QString outcome;
    const auto task = ask(*m_process, {}, outcome);
    const QJsonValue id = m_link->sent(u"request").constFirst().value(keys::id);
    m_link->receive(makeFrame(frames::response, {{keys::id, id}, {keys::result, u"yes"_s}}));
    m_clock->advance(0s);
    QCOMPARE(outcome, u"bad_answer"_s);
}

void TestProcessRequests::aSecondAnswerIsPassedOver()
{
    m_link->setAnswers(false);
    QString outcome;
    const auto task = ask(*m_process, {}, outcome);
    const QJsonValue id = m_link->sent(u"request").constFirst().value(keys::id);
    for (const int n : {1, 2}) {
        m_link->receive(makeFrame(
            frames::response, {{keys::id, id}, {keys::result, QJsonObject{{u"n"_s, n}}}}));
        m_clock->advance(0s);
    }
    QCOMPARE(outcome, u"answer 1"_s);
}

QTEST_GUILESS_MAIN(TestProcessRequests)
#include "tst_processrequests.moc"
