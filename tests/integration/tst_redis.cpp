// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/redis.h>

#include "support/outcome.h"
#include "support/redisserver.h"
#include <semper/fakelink.h>
#include <semper/process.h>
#include <semper/stopped.h>
#include <semper/systemclock.h>

#include <QElapsedTimer>
#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <stdexcept>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 15000;

/// As an author writes it: what g++ 12 miscompiles would show here.
QCoro::Task<QString> everyForm(Redis &redis)
{
    co_await redis.set(u"form:text", u"one");
    co_await redis.set(u"form:number", 7);
    co_await redis.set(u"form:short", "two", 60s);
    const std::optional<QByteArray> text = co_await redis.get(u"form:text");
    const qint64 number = co_await redis.increment(u"form:number", 3);
    const RedisReply both = co_await redis.command(u"MGET", u"form:text"_s, "form:short");
    const bool wasThere = co_await redis.remove(u"form:text");
    RedisPipeline pipeline = redis.pipeline();
    pipeline.add(u"ECHO", u"a").add(u"ECHO", 1.5);
    const QList<RedisReply> echoes = co_await pipeline.run();
    co_return u"%1 %2 %3 %4 %5 %6"_s.arg(QString::fromUtf8(text.value_or("none")))
        .arg(number)
        .arg(both.at(1).toText())
        .arg(int(wasThere))
        .arg(echoes.at(0).toText(), echoes.at(1).toText());
}

} // namespace

/// A Redis with a real server that stays.
class TestRedis : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void whatAnAuthorWritesWorks();
    void aHashIsReadAsAMap();
    void aKeyThatIsNotThereIsNothing();
    void aValueIsGoneAfterItsLifetime();
    void valuesAreBinarySafe();
    void largeValuesGoBothWays();
    void aRefusalSaysWhichOne();
    void manyCommandsAreOnTheirWayAtOnce();
    void tenThousandCommandsOfAPipelineAreAnsweredInOrder();
    void anErrorInAPipelineHindersNoOtherCommand();
    void aTransactionIsWholeOrNotAtAll();
    void anAnswerThatIsTooLargeIsRefusedAndTheNextCommandWorks();
    void commandsThatWouldDisturbOthersAreNotSent();
    void aBlockingCommandDelaysNoOther();
    void aBlockingCommandEndsWithNothingAfterItsLimit();
    void aStreamIsReadBlocking();
    void aBlockingCommandThatIsGivenUpTakesNothing();
    void aStopEndsWhatIsAwaited();
    void aRedisThatGoesWhileInUseFailsWhatIsAwaited();
    void anotherDatabaseIsAnother();
    void aLocalSocketWorks();
    void passwordsAreNeeded();
    void aUserWithAPasswordFileIsLetIn();
    void aTransactionWithoutMultiIsToldApart();
    void aServerThatRepeatsThePasswordIsNotQuoted();
    void tlsIsVerified();

private:
    [[nodiscard]] Redis &redis() { return *m_redis; }

    std::unique_ptr<RedisServer> m_server;
    SystemClock m_clock;
    std::unique_ptr<FakeLink> m_link;
    std::unique_ptr<Process> m_process;
    std::unique_ptr<Redis> m_redis;
};

void TestRedis::initTestCase()
{
    if (!RedisServer::isInstalled())
        QSKIP("redis-server is not installed");
    m_server = std::make_unique<RedisServer>();
    QVERIFY2(m_server->start(), qPrintable(m_server->log()));
}

void TestRedis::init()
{
    m_link = std::make_unique<FakeLink>();
    m_process = std::make_unique<Process>(u"worker"_s, 3, QJsonObject(), *m_link, m_clock);
    m_redis = std::make_unique<Redis>(*m_process, m_server->url());
}

void TestRedis::cleanup()
{
    m_redis.reset();
    m_process.reset();
}

void TestRedis::whatAnAuthorWritesWorks()
{
    QCOMPARE(awaited(everyForm(redis())), u"one 10 two 1 a 1.5"_s);
    QVERIFY(redis().isConnected());
    QCOMPARE(redis().problem(), QString());
    const QByteArray clients = m_server->cli({u"CLIENT"_s, u"LIST"_s});
    QVERIFY2(clients.contains("name=semper:worker:3 "), clients.constData());
}

void TestRedis::aHashIsReadAsAMap()
{
    awaited(redis().command(u"HSET", u"user:1", u"name", u"Ada", u"age", 36));
    const RedisReply user = awaited(redis().command(u"HGETALL", u"user:1"));
    QCOMPARE(user.toMap().value("name").toText(), u"Ada"_s);
    QCOMPARE(user.toMap().value("age").toInteger(), 36);
}

void TestRedis::aKeyThatIsNotThereIsNothing()
{
    QCOMPARE(awaited(redis().get(u"nowhere")), std::nullopt);
    QVERIFY(!awaited(redis().remove(u"nowhere")));
    QVERIFY(awaited(redis().command(u"GET", u"nowhere")).isNil());
}

void TestRedis::aValueIsGoneAfterItsLifetime()
{
    awaited(redis().set(u"brief", u"x", 50ms));
    QTRY_COMPARE_WITH_TIMEOUT(awaited(redis().get(u"brief")), std::nullopt, patience);
}

void TestRedis::valuesAreBinarySafe()
{
    QByteArray all;
    for (int i = 0; i < 512; ++i)
        all.append(char(i % 256));
    awaited(redis().set(all, all));
    QCOMPARE(awaited(redis().get(all)), all);
    awaited(redis().set(u"empty", QByteArray("")));
    QCOMPARE(awaited(redis().get(u"empty")), QByteArray(""));
}

void TestRedis::largeValuesGoBothWays()
{
    QByteArray large(24 * 1024 * 1024, 'x');
    for (qsizetype i = 0; i < large.size(); i += 997)
        large[i] = char(i % 251);
    awaited(redis().set(u"large", large));
    const std::optional<QByteArray> back = awaited(redis().get(u"large"));
    QVERIFY(back == large);
    QVERIFY(awaited(redis().remove(u"large")));
}

void TestRedis::aRefusalSaysWhichOne()
{
    awaited(redis().set(u"text", u"x"));
    try {
        awaited(redis().command(u"LPUSH", u"text", u"y"));
    } catch (const RedisError &error) {
        QCOMPARE(error.code(), "WRONGTYPE");
        QVERIFY(QByteArray(error.what()).startsWith("WRONGTYPE Operation against a key"));
        QCOMPARE(awaited(redis().get(u"text")), QByteArray("x"));
        return;
    }
    QFAIL("nothing was thrown");
}

void TestRedis::manyCommandsAreOnTheirWayAtOnce()
{
    awaited(redis().set(u"count", 0));
    std::vector<std::shared_ptr<Outcome<qint64>>> outcomes;
    for (int i = 0; i < 500; ++i)
        outcomes.push_back(followed(redis().increment(u"count")));
    QTRY_VERIFY_WITH_TIMEOUT(outcomes.back()->isOver, patience);
    for (size_t i = 0; i < outcomes.size(); ++i)
        QCOMPARE(outcomes[i]->take(), qint64(i) + 1);
}

void TestRedis::tenThousandCommandsOfAPipelineAreAnsweredInOrder()
{
    RedisPipeline pipeline = redis().pipeline();
    for (int i = 0; i < 10000; ++i)
        pipeline.add(u"ECHO", i);
    QCOMPARE(pipeline.size(), 10000);
    const QList<RedisReply> replies = awaited(pipeline.run());
    QCOMPARE(replies.size(), 10000);
    for (int i = 0; i < 10000; ++i)
        QCOMPARE(replies.at(i).toInteger(), i);
    QCOMPARE(pipeline.size(), 0);
    QVERIFY(awaited(pipeline.run()).isEmpty());
}

void TestRedis::anErrorInAPipelineHindersNoOtherCommand()
{
    RedisPipeline pipeline = redis().pipeline();
    pipeline.add(u"SET", u"p", u"text").add(u"LPUSH", u"p", u"x").add(u"NOSUCH").add(u"GET", u"p");
    const QList<RedisReply> replies = awaited(pipeline.run());
    QCOMPARE(replies.size(), 4);
    QCOMPARE(replies.at(0).toText(), u"OK"_s);
    QVERIFY(replies.at(1).errorMessage().startsWith("WRONGTYPE"));
    QVERIFY(replies.at(2).errorMessage().startsWith("ERR unknown command"));
    QCOMPARE(replies.at(3).toText(), u"text"_s);
    QVERIFY_THROWS_EXCEPTION(RedisError, static_cast<void>(replies.at(1).toInteger()));
}

void TestRedis::aTransactionIsWholeOrNotAtAll()
{
    awaited(redis().remove(u"t"));
    RedisPipeline good = redis().transaction();
    good.add(u"SET", u"t", 1).add(u"INCR", u"t");
    const QList<RedisReply> replies = awaited(good.run());
    QCOMPARE(replies.size(), 2);
    QCOMPARE(replies.at(1).toInteger(), 2);

    RedisPipeline bad = redis().transaction();
    bad.add(u"INCR", u"t").add(u"NOSUCH");
    try {
        awaited(bad.run());
        QFAIL("nothing was thrown");
    } catch (const RedisError &error) {
        QVERIFY2(QByteArray(error.what()).contains("NOSUCH"), error.what());
    }
    QCOMPARE(awaited(redis().get(u"t")), QByteArray("2"));
}

void TestRedis::anAnswerThatIsTooLargeIsRefusedAndTheNextCommandWorks()
{
    Redis strict(*m_process, m_server->url(), {.maximumReplyBytes = 1024 * 1024});
    awaited(strict.set(u"large", QByteArray(3 * 1024 * 1024, 'x')));
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"larger than 1048576 bytes"_s));
    QVERIFY_THROWS_EXCEPTION(RedisReplyTooLarge, awaited(strict.get(u"large")));
    QVERIFY(awaited(strict.remove(u"large")));
}

void TestRedis::commandsThatWouldDisturbOthersAreNotSent()
{
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, awaited(redis().command(u"SELECT", 1)));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, awaited(redis().command(u"blpop", u"a", 1)));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, redis().pipeline().add(u"MULTI"));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, awaited(redis().command(u"WAIT", 1, 0)));
    QVERIFY_THROWS_EXCEPTION(
        std::invalid_argument, awaited(redis().command(u"client", u"reply", u"off")));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument,
        awaited(redis().command(u"XREAD", u"COUNT", 1, u"block", 0, u"STREAMS", u"s", u"$")));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument,
        redis().transaction().add(
            u"XREADGROUP", u"GROUP", u"g", u"c", u"BLOCK", 0, u"STREAMS", u"s", u">"));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument,
        awaited(redis().blocking(1s, u"XREAD", u"BLOCK", 0, u"STREAMS", u"s", u"$")));
    QVERIFY(awaited(redis().command(u"CLIENT", u"ID")).toInteger() > 0);
    QVERIFY(awaited(redis().command(u"XREAD", u"STREAMS", u"block", u"0")).isNil());
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, awaited(redis().blocking(1s, u"GET", u"a")));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, awaited(redis().blocking(0s, u"BLPOP", u"a")));
}

void TestRedis::aBlockingCommandDelaysNoOther()
{
    const auto first = followed(redis().blocking(30s, u"BLMOVE", u"q1", u"d", u"RIGHT", u"LEFT"));
    const auto second = followed(redis().blocking(30s, u"BLPOP", u"q2"));
    QTRY_COMPARE_WITH_TIMEOUT(
        m_server->cli({u"INFO"_s, u"clients"_s}).contains("blocked_clients:2"), true, patience);
    awaited(redis().command(u"LPUSH", u"q2", u"b"));
    awaited(redis().command(u"LPUSH", u"q1", u"a"));
    QTRY_VERIFY_WITH_TIMEOUT(first->isOver && second->isOver, patience);
    QCOMPARE(first->take().toText(), u"a"_s);
    QCOMPARE(second->take().at(1).toText(), u"b"_s);
}

void TestRedis::aBlockingCommandEndsWithNothingAfterItsLimit()
{
    QElapsedTimer timer;
    timer.start();
    QVERIFY(awaited(redis().blocking(100ms, u"BLPOP", u"never")).isNil());
    QVERIFY(timer.elapsed() >= 90);
}

void TestRedis::aStreamIsReadBlocking()
{
    QVERIFY(awaited(redis().blocking(50ms, u"XREAD", u"STREAMS", u"s", u"$")).isNil());
    awaited(redis().command(u"XGROUP", u"CREATE", u"s", u"block", u"$", u"MKSTREAM"));
    const auto entry = followed(redis().blocking(
        30s, u"XREADGROUP", u"GROUP", u"block", u"one", u"COUNT", 1, u"STREAMS", u"s", u">"));
    QTRY_COMPARE_WITH_TIMEOUT(
        m_server->cli({u"INFO"_s, u"clients"_s}).contains("blocked_clients:1"), true, patience);
    awaited(redis().command(u"XADD", u"s", u"*", u"name", u"eve"));
    QTRY_VERIFY_WITH_TIMEOUT(entry->isOver, patience);
    QCOMPARE(entry->take().at(0).at(1).at(0).at(1).at(1).toText(), u"eve"_s);
    awaited(redis().remove(u"s"));
}

void TestRedis::aBlockingCommandThatIsGivenUpTakesNothing()
{
    const auto given = followed(redis().blocking(30s, u"BLPOP", u"given"));
    QTRY_COMPARE_WITH_TIMEOUT(
        m_server->cli({u"INFO"_s, u"clients"_s}).contains("blocked_clients:1"), true, patience);
    m_process->requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(given->isOver, patience);
    QVERIFY_THROWS_EXCEPTION(Stopped, given->take());
    QTRY_COMPARE_WITH_TIMEOUT(
        m_server->cli({u"INFO"_s, u"clients"_s}).contains("blocked_clients:0"), true, patience);
    QCOMPARE(m_server->cli({u"LPUSH"_s, u"given"_s, u"x"_s}), "1");
    QCOMPARE(m_server->cli({u"LPOP"_s, u"given"_s}), "x");
}

void TestRedis::aStopEndsWhatIsAwaited()
{
    awaited(redis().set(u"stop", u"before"));
    m_server->freeze();
    const auto get = followed(redis().get(u"stop"));
    m_process->requestStop();
    const auto later = followed(redis().set(u"stop", u"after"));
    QVERIFY(!get->isOver); // never inside of the call
    QTRY_VERIFY_WITH_TIMEOUT(get->isOver && later->isOver, patience);
    m_server->thaw();
    QVERIFY_THROWS_EXCEPTION(Stopped, get->take());
    QVERIFY_THROWS_EXCEPTION(Stopped, later->take());
    QCOMPARE(m_server->cli({u"GET"_s, u"stop"_s}), "before");
}

void TestRedis::aRedisThatGoesWhileInUseFailsWhatIsAwaited()
{
    awaited(redis().set(u"a", u"b"));
    const auto sent = followed(redis().get(u"a"));
    const auto blocked = followed(redis().blocking(30s, u"BLPOP", u"never"));
    m_redis.reset();
    QTRY_VERIFY_WITH_TIMEOUT(sent->isOver && blocked->isOver, patience);
    QVERIFY_THROWS_EXCEPTION(RedisConnectionLost, sent->take());
    QVERIFY_THROWS_EXCEPTION(RedisUnreachable, blocked->take());
}

void TestRedis::anotherDatabaseIsAnother()
{
    Redis other(*m_process, m_server->url() + u"/5"_s);
    awaited(redis().set(u"where", u"zero"));
    awaited(other.set(u"where", u"five"));
    QCOMPARE(awaited(redis().get(u"where")), QByteArray("zero"));
    QCOMPARE(m_server->cli({u"-n"_s, u"5"_s, u"GET"_s, u"where"_s}), "five");

    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"DB index is out of range"_s));
    Redis none(*m_process, m_server->url() + u"/5000"_s);
    QVERIFY_THROWS_EXCEPTION(RedisError, awaited(none.get(u"where")));
}

void TestRedis::aLocalSocketWorks()
{
    Redis local(*m_process, u"unix:"_s + m_server->path(u"socket"_s));
    awaited(local.set(u"local", QByteArray(3 * 1024 * 1024, 'y')));
    QCOMPARE(awaited(local.get(u"local"))->size(), 3 * 1024 * 1024);
}

void TestRedis::passwordsAreNeeded()
{
    RedisServer guarded({u"--requirepass"_s, u"s3cret/%"_s});
    QVERIFY2(guarded.start(), qPrintable(guarded.log()));
    const QString host = u"127.0.0.1:%1"_s.arg(guarded.port());
    const QRegularExpression warning(u"^redis://127.0.0.1:\\d+/0: (NOAUTH|WRONGPASS)"_s);
    QTest::ignoreMessage(QtWarningMsg, warning);
    QTest::ignoreMessage(QtWarningMsg, warning);
    for (const QString &who : {QString(), u":wrong@"_s}) {
        Redis refused(*m_process, u"redis://"_s + who + host);
        try {
            awaited(refused.get(u"a"));
            QFAIL("nothing was thrown");
        } catch (const RedisError &error) {
            QCOMPARE(error.code(), who.isEmpty() ? "NOAUTH" : "WRONGPASS");
        }
        QVERIFY(!refused.isConnected());
        QVERIFY(!refused.problem().contains(u"wrong@"_s));
    }
    Redis let(*m_process, u"redis://:s3cret%2F%25@"_s + host);
    awaited(let.set(u"a", u"b"));
    QCOMPARE(awaited(let.get(u"a")), QByteArray("b"));
}

void TestRedis::aUserWithAPasswordFileIsLetIn()
{
    const QByteArray rule = m_server->cli({u"ACL"_s, u"SETUSER"_s, u"app"_s, u"on"_s, u">pw"_s,
        u"~app:*"_s, u"+get"_s, u"+set"_s, u"+ping"_s});
    QCOMPARE(rule, "OK");
    QFile file(m_server->path(u"password"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("pw\n");
    file.close();
    Redis user(*m_process,
        u"redis://app@127.0.0.1:%1?password_file=%2"_s.arg(
            QString::number(m_server->port()), file.fileName()));
    awaited(user.set(u"app:a", u"b"));
    QCOMPARE(awaited(user.get(u"app:a")), QByteArray("b"));
    QVERIFY_THROWS_EXCEPTION(RedisError, awaited(user.get(u"other")));
}

void TestRedis::aTransactionWithoutMultiIsToldApart()
{
    QCOMPARE(m_server->cli({u"ACL"_s, u"SETUSER"_s, u"plain"_s, u"on"_s, u">pw"_s, u"+@all"_s,
                 u"-multi"_s, u"~*"_s}),
        "OK");
    Redis plain(*m_process, u"redis://plain:pw@127.0.0.1:%1"_s.arg(m_server->port()));
    RedisPipeline transaction = plain.transaction();
    transaction.add(u"SET", u"one", u"1").add(u"NOSUCH");
    try {
        awaited(transaction.run());
        QFAIL("nothing was thrown");
    } catch (const RedisError &error) {
        QCOMPARE(error.code(), "NOPERM");
        QVERIFY2(QByteArray(error.what()).contains("may have been carried out"), error.what());
    }
    QCOMPARE(awaited(redis().get(u"one")), QByteArray("1"));
}

void TestRedis::aServerThatRepeatsThePasswordIsNotQuoted()
{
    QTcpServer server;
    connect(&server, &QTcpServer::newConnection, this, [&server] {
        server.nextPendingConnection()->write(
            "-ERR unknown command 'AUTH', with args beginning with: 'hush'\r\n");
    });
    QVERIFY(server.listen(QHostAddress::LocalHost));
    QTest::ignoreMessage(QtWarningMsg,
        QRegularExpression(u"^redis://127.0.0.1:\\d+/0: ERR to AUTH; trying again$"_s));
    Redis refused(*m_process, u"redis://:hush@127.0.0.1:%1"_s.arg(server.serverPort()));
    try {
        awaited(refused.get(u"a"));
        QFAIL("nothing was thrown");
    } catch (const RedisError &error) {
        QCOMPARE(error.what(), "ERR to AUTH");
    }
}

void TestRedis::tlsIsVerified()
{
    RedisServer server({u"--requirepass"_s, u"pw"_s}, RedisServer::Tls::Yes);
    QVERIFY2(server.start(), qPrintable(server.log()));
    Redis good(*m_process, server.url().replace(u"://"_s, u"://:pw@"_s));
    awaited(good.set(u"a", QByteArray(2 * 1024 * 1024, 'z')));
    QCOMPARE(awaited(good.get(u"a"))->size(), 2 * 1024 * 1024);

    // The system's authorities know nothing of it, and the certificate is for localhost alone.
    const QString port = QString::number(server.port());
    const QString authority = u"?ca_file="_s + server.authority();
    for (const QString &url :
        {u"rediss://:pw@localhost:"_s + port, u"rediss://:pw@127.0.0.1:"_s + port + authority,
            u"rediss://:pw@localhost:"_s + port + u"?ca_file=/nowhere"_s}) {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u": TLS: "_s));
        Redis refused(*m_process, url, {.timeout = 200ms});
        QTRY_VERIFY_WITH_TIMEOUT(refused.problem().startsWith(u"TLS: "_s), patience);
        try {
            awaited(refused.get(u"a"));
            QFAIL("nothing was thrown");
        } catch (const RedisUnreachable &error) {
            QVERIFY2(QByteArray(error.what()).contains("TLS: "), error.what());
        }
    }
    Redis named(
        *m_process, u"rediss://:pw@127.0.0.1:"_s + port + authority + u"&server_name=localhost"_s);
    QVERIFY(awaited(named.get(u"a")).has_value());
}

QTEST_GUILESS_MAIN(TestRedis)
#include "tst_redis.moc"
