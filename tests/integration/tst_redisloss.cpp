// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/redis.h>

#include "support/outcome.h"
#include "support/redisserver.h"
#include <semper/fakelink.h>
#include <semper/process.h>
#include <semper/systemclock.h>

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 15000;
/// So that a connection is there again soon after its server.
const RedisOptions hasty{.reconnectDelay = 20ms, .maximumReconnectDelay = 100ms};

} // namespace

/// A server that dies, hangs, or was never there.
class TestRedisLoss : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void commandsWaitForAServerThatComes();
    void aServerThatIsKilledIsReachedAgain();
    void whatWasSentIsNotRepeated();
    void aPipelineThatIsCutFailsWhole();
    void aBlockingCommandEndsWithItsServerAndWorksAgain();
    void whatWasNeverSentSaysSo();
    void tooManyThatWaitAreRefused();
    void tooManyBytesThatWaitAreRefused();
    void aServerThatHangsIsLeft();
    void aServerThatOnlyAcceptsIsNoConnection();
    void aSubscriptionIsMadeAgainAndTellsOfTheGap();
    void aSubscriptionNoticesAServerThatHangs();
    void messagesThatAreNotFetchedAreCounted();
    void patternsAreMatched();
    void aSubscriptionThatIsRefusedSaysSoAndIsTriedAgain();
    void aSubscriptionThatGoesEndsItsWait();
    void withoutADelayTheLoopIsNotKeptBusy();

private:
    void start() { QVERIFY2(m_server->start(), qPrintable(m_server->log())); }
    void expectTrouble();

    std::unique_ptr<RedisServer> m_server;
    SystemClock m_clock;
    std::unique_ptr<FakeLink> m_link;
    std::unique_ptr<Process> m_process;
};

void TestRedisLoss::initTestCase()
{
    if (!RedisServer::isInstalled())
        QSKIP("redis-server is not installed");
}

void TestRedisLoss::init()
{
    m_server = std::make_unique<RedisServer>();
    m_link = std::make_unique<FakeLink>();
    m_process = std::make_unique<Process>(u"worker"_s, 0, QJsonObject(), *m_link, m_clock);
}

void TestRedisLoss::cleanup()
{
    m_server.reset();
    m_process.reset();
}

void TestRedisLoss::expectTrouble()
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"^redis://.*; trying again$"_s));
}

void TestRedisLoss::commandsWaitForAServerThatComes()
{
    start();
    m_server->kill();
    expectTrouble();
    Redis redis(*m_process, m_server->url(), hasty);
    const auto set = followed(redis.set(u"a", u"b"));
    const auto get = followed(redis.get(u"a"));
    QTRY_VERIFY_WITH_TIMEOUT(redis.problem().contains(u"refused"_s), patience);
    start();
    QTRY_VERIFY_WITH_TIMEOUT(set->isOver && get->isOver, patience);
    QVERIFY(set->take());
    QCOMPARE(get->take(), QByteArray("b"));
}

void TestRedisLoss::aServerThatIsKilledIsReachedAgain()
{
    start();
    Redis redis(*m_process, m_server->url(), hasty);
    for (int round = 0; round < 3; ++round) {
        QCOMPARE(awaited(redis.increment(u"n")), 1);
        expectTrouble();
        m_server->kill();
        QTRY_VERIFY_WITH_TIMEOUT(!redis.isConnected(), patience);
        start();
    }
    QCOMPARE(awaited(redis.increment(u"n")), 1);
}

void TestRedisLoss::whatWasSentIsNotRepeated()
{
    start();
    Redis redis(*m_process, m_server->url(), hasty);
    awaited(redis.increment(u"n"));
    m_server->freeze();
    const auto sent = followed(redis.increment(u"n"));
    QTest::qWait(100); // into the frozen server's socket
    expectTrouble();
    m_server->kill();
    QTRY_VERIFY_WITH_TIMEOUT(sent->isOver, patience);
    QVERIFY_THROWS_EXCEPTION(RedisConnectionLost, sent->take());
    start();
    QCOMPARE(awaited(redis.get(u"n")), std::nullopt);
}

void TestRedisLoss::aPipelineThatIsCutFailsWhole()
{
    start();
    Redis redis(*m_process, m_server->url(), hasty);
    awaited(redis.set(u"a", u"b"));
    RedisPipeline pipeline = redis.pipeline();
    pipeline.add(u"SET", u"a", u"c").add(u"EVAL", u"while true do end", 0).add(u"GET", u"a");
    const auto cut = followed(pipeline.run());
    QTest::qWait(100);
    expectTrouble();
    m_server->kill();
    QTRY_VERIFY_WITH_TIMEOUT(cut->isOver, patience);
    QVERIFY_THROWS_EXCEPTION(RedisConnectionLost, cut->take());
}

void TestRedisLoss::aBlockingCommandEndsWithItsServerAndWorksAgain()
{
    start();
    Redis redis(*m_process, m_server->url(), hasty);
    const auto cut = followed(redis.blocking(30s, u"BLPOP", u"q"));
    QTRY_COMPARE_WITH_TIMEOUT(
        m_server->cli({u"INFO"_s, u"clients"_s}).contains("blocked_clients:1"), true, patience);
    expectTrouble();
    m_server->kill();
    QTRY_VERIFY_WITH_TIMEOUT(cut->isOver, patience);
    QVERIFY_THROWS_EXCEPTION(RedisConnectionLost, cut->take());
    start();
    const auto next = followed(redis.blocking(30s, u"BLPOP", u"q"));
    awaited(redis.command(u"LPUSH", u"q", u"x"));
    QTRY_VERIFY_WITH_TIMEOUT(next->isOver, patience);
    QCOMPARE(next->take().at(1).toText(), u"x"_s);
}

void TestRedisLoss::whatWasNeverSentSaysSo()
{
    expectTrouble();
    Redis redis(*m_process, u"redis://127.0.0.1:1"_s, {.timeout = 200ms});
    QTRY_VERIFY_WITH_TIMEOUT(redis.problem().contains(u"refused"_s), patience);
    try {
        awaited(redis.get(u"a"));
        QFAIL("nothing was thrown");
    } catch (const RedisUnreachable &error) {
        const QByteArray text = error.what();
        QVERIFY2(text.contains("not sent within 200 ms"), error.what());
        QVERIFY2(text.contains("refused"), error.what());
    }
}

void TestRedisLoss::tooManyThatWaitAreRefused()
{
    expectTrouble();
    Redis redis(*m_process, u"redis://127.0.0.1:1"_s, {.timeout = 500ms, .maximumWaiting = 3});
    QList<std::shared_ptr<Outcome<std::optional<QByteArray>>>> outcomes;
    for (int i = 0; i < 5; ++i)
        outcomes.append(followed(redis.get(u"a")));
    QTRY_VERIFY_WITH_TIMEOUT(outcomes.at(0)->isOver && outcomes.at(4)->isOver, patience);
    for (int i = 0; i < 3; ++i)
        QVERIFY_THROWS_EXCEPTION(RedisUnreachable, outcomes.at(i)->take());
    for (int i = 3; i < 5; ++i)
        QVERIFY_THROWS_EXCEPTION(RedisOverload, outcomes.at(i)->take());
    QVERIFY_THROWS_EXCEPTION(RedisUnreachable, awaited(redis.get(u"a"))); // there is room again
}

void TestRedisLoss::tooManyBytesThatWaitAreRefused()
{
    start();
    Redis redis(*m_process, m_server->url(), {.maximumWaitingBytes = 100000});
    awaited(redis.set(u"a", QByteArray(90000, 'x')));
    QVERIFY_THROWS_EXCEPTION(RedisOverload, awaited(redis.set(u"a", QByteArray(100001, 'x'))));
    QCOMPARE(awaited(redis.get(u"a"))->size(), 90000);
}

void TestRedisLoss::aServerThatHangsIsLeft()
{
    start();
    RedisOptions options = hasty;
    options.timeout = 4000ms;
    Redis redis(*m_process, m_server->url(), options);
    awaited(redis.set(u"a", u"b"));
    m_server->freeze();
    expectTrouble();
    QVERIFY_THROWS_EXCEPTION(RedisTimeout, awaited(redis.get(u"a")));
    QVERIFY(!redis.isConnected());
    m_server->thaw();
    QTRY_VERIFY_WITH_TIMEOUT(redis.isConnected(), patience);
    QCOMPARE(awaited(redis.get(u"a")), QByteArray("b"));
}

void TestRedisLoss::aServerThatOnlyAcceptsIsNoConnection()
{
    start();
    m_server->freeze(); // the kernel accepts on its behalf
    RedisOptions options = hasty;
    options.connectTimeout = 500ms;
    options.timeout = 15s;
    expectTrouble();
    Redis redis(*m_process, m_server->url(), options);
    const auto get = followed(redis.get(u"a"));
    QTRY_COMPARE_WITH_TIMEOUT(redis.problem(), u"no connection within 500 ms"_s, patience);
    m_server->thaw();
    QTRY_VERIFY_WITH_TIMEOUT(get->isOver, patience);
    QCOMPARE(get->take(), std::nullopt);
}

void TestRedisLoss::aSubscriptionIsMadeAgainAndTellsOfTheGap()
{
    start();
    Redis redis(*m_process, m_server->url(), hasty);
    RedisSubscription news = redis.subscribe(u"a", u"b");
    awaited(news.established());
    QCOMPARE(awaited(redis.publish(u"a", QByteArray("\0\r\n", 3))), 1);
    QCOMPARE(awaited(redis.publish(u"b", u"two")), 1);
    QCOMPARE(awaited(news.next()),
        (RedisMessage{.channel = u"a"_s, .payload = QByteArray("\0\r\n", 3)}));
    QCOMPARE(awaited(news.next()).payload, "two");
    QCOMPARE(awaited(news.nextWithin(50ms)), std::nullopt);

    expectTrouble(); // of both connections
    expectTrouble();
    m_server->kill();
    QTRY_VERIFY_WITH_TIMEOUT(!news.isEstablished(), patience);
    const auto gap = followed(news.next());
    start();
    QTRY_VERIFY_WITH_TIMEOUT(gap->isOver, patience);
    QVERIFY(gap->take().isGap);
    QVERIFY(news.isEstablished());
    QCOMPARE(awaited(redis.publish(u"b", u"three")), 1);
    QCOMPARE(awaited(news.next()).payload, "three");
    QCOMPARE(news.dropped(), 0);
}

void TestRedisLoss::aSubscriptionNoticesAServerThatHangs()
{
    start();
    RedisOptions options = hasty;
    options.keepAlive = 200ms;
    options.timeout = 4000ms;
    Redis redis(*m_process, m_server->url(), options);
    RedisSubscription news = redis.subscribe(u"a");
    awaited(news.established());
    QCOMPARE(awaited(news.nextWithin(4s)), std::nullopt); // several questions, all answered
    QVERIFY(news.isEstablished());
    m_server->freeze();
    expectTrouble();
    QTRY_VERIFY_WITH_TIMEOUT(!news.isEstablished(), patience);
    m_server->thaw();
    QVERIFY(awaited(news.next()).isGap);
}

void TestRedisLoss::messagesThatAreNotFetchedAreCounted()
{
    start();
    RedisOptions options;
    options.maximumMessages = 10;
    Redis redis(*m_process, m_server->url(), options);
    RedisSubscription news = redis.subscribe(u"a");
    awaited(news.established());
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"fetched too slowly"_s));
    RedisPipeline pipeline = redis.pipeline();
    for (int i = 0; i < 25; ++i)
        pipeline.add(u"PUBLISH", u"a", i);
    awaited(pipeline.run());
    QTRY_COMPARE_WITH_TIMEOUT(news.dropped(), 15, patience);
    const RedisMessage gap = awaited(news.next());
    QVERIFY(gap.isGap);
    QCOMPARE(gap.dropped, 15);
    for (int i = 15; i < 25; ++i)
        QCOMPARE(awaited(news.next()).payload, QByteArray::number(i));
    QCOMPARE(awaited(news.nextWithin(10ms)), std::nullopt);
}

void TestRedisLoss::patternsAreMatched()
{
    start();
    Redis redis(*m_process, m_server->url());
    RedisSubscription news = redis.subscribePattern(u"news.*", u"x?");
    awaited(news.established());
    awaited(redis.publish(u"other", u"0"));
    awaited(redis.publish(u"news.today", u"1"));
    QCOMPARE(awaited(news.next()),
        (RedisMessage{.channel = u"news.today"_s, .pattern = u"news.*"_s, .payload = "1"}));
}

void TestRedisLoss::aSubscriptionThatIsRefusedSaysSoAndIsTriedAgain()
{
    start();
    QCOMPARE(m_server->cli({u"ACL"_s, u"SETUSER"_s, u"app"_s, u"on"_s, u">pw"_s, u"+@all"_s,
                 u"resetchannels"_s}),
        "OK");
    expectTrouble(); // once, however often it is tried
    Redis redis(*m_process, u"redis://app:pw@127.0.0.1:%1"_s.arg(m_server->port()), hasty);
    RedisSubscription news = redis.subscribe(u"a");
    for (int round = 0; round < 2; ++round) {
        try {
            awaited(news.next());
            QFAIL("nothing was thrown");
        } catch (const RedisError &error) {
            QCOMPARE(error.code(), "NOPERM");
        }
    }
    QCOMPARE(m_server->cli({u"ACL"_s, u"SETUSER"_s, u"app"_s, u"allchannels"_s}), "OK");
    QTRY_VERIFY_WITH_TIMEOUT(news.isEstablished(), patience);
    QCOMPARE(m_server->cli({u"PUBLISH"_s, u"a"_s, u"one"_s}), "1");
    QCOMPARE(awaited(news.next()).payload, "one");
}

void TestRedisLoss::aSubscriptionThatGoesEndsItsWait()
{
    start();
    Redis redis(*m_process, m_server->url());
    std::shared_ptr<Outcome<RedisMessage>> waiting;
    {
        RedisSubscription news = redis.subscribe(u"a");
        RedisSubscription moved = std::move(news);
        waiting = followed(moved.next());
    }
    QTRY_VERIFY_WITH_TIMEOUT(waiting->isOver, patience);
    QVERIFY_THROWS_EXCEPTION(RedisUnreachable, waiting->take());
}

void TestRedisLoss::withoutADelayTheLoopIsNotKeptBusy()
{
    QTcpServer server;
    int connections = 0;
    connect(&server, &QTcpServer::newConnection, this, [&] {
        ++connections;
        server.nextPendingConnection()->abort();
    });
    QVERIFY(server.listen(QHostAddress::LocalHost));
    expectTrouble();
    Redis redis(*m_process, u"redis://127.0.0.1:%1"_s.arg(server.serverPort()),
        {.timeout = 1000ms, .reconnectDelay = 0ms});
    QVERIFY_THROWS_EXCEPTION(RedisUnreachable, awaited(redis.get(u"a")));
    // After 25 ms at least, 50, 100, 200, 400, 800.
    QVERIFY2(connections <= 7, qPrintable(QString::number(connections)));
}

QTEST_GUILESS_MAIN(TestRedisLoss)
#include "tst_redisloss.moc"
