// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/hubpeer.h"
#include "support/redisserver.h"
#include "support/runningserver.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 60000;

[[nodiscard]] QByteArray job(int number)
{
    const QJsonObject object{{u"text"_s, u"job %1"_s.arg(number)}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

/// Of the newest frame.
[[nodiscard]] QJsonObject counters(const HubPeer &watcher)
{
    const QList<QJsonObject> frames = watcher.framesOf(u"metrics");
    return frames.isEmpty() ? QJsonObject() : frames.constLast()[u"counters"_s].toObject();
}

} // namespace

/// The example processes/examples/queueworker under a real server, with a real Redis that keeps
/// what it says that it keeps.
class TestQueueWorker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void jobsAreDoneAndCounted();
    void aKilledWorkerLosesNoJob();
    void aKilledRedisLosesNoJobAndRestartsNobody();
    void jobsOfAWorkerThatNeverComesBackAreDoneByAnother();

private:
    [[nodiscard]] QJsonObject worker(const QJsonObject &settings, int instances) const;
    void push(int count);
    void pushOne(const QByteArray &text);
    [[nodiscard]] int number(const QStringList &words);
    [[nodiscard]] QJsonArray workers(RunningServer &server);

    std::unique_ptr<RedisServer> m_redis;
};

void TestQueueWorker::initTestCase()
{
    if (!RedisServer::isInstalled())
        QSKIP("redis-server is not installed");
}

void TestQueueWorker::init()
{
    m_redis = std::make_unique<RedisServer>(
        QStringList{u"--appendonly"_s, u"yes"_s, u"--appendfsync"_s, u"always"_s});
    QVERIFY2(m_redis->start(), qPrintable(m_redis->log()));
}

QJsonObject TestQueueWorker::worker(const QJsonObject &settings, int instances) const
{
    QJsonObject all = settings;
    all.insert(u"redis"_s, m_redis->url());
    return {{u"worker"_s,
        QJsonObject{{u"class"_s, u"QueueWorkerProcess"_s}, {u"settings"_s, all},
            {u"instances"_s, instances}, {u"restart"_s, QJsonObject{{u"backoff_ms"_s, 10}}}}}};
}

void TestQueueWorker::pushOne(const QByteArray &text)
{
    QVERIFY(m_redis->cli({u"LPUSH"_s, u"jobs"_s, QString::fromUtf8(text)}).toInt() > 0);
}

void TestQueueWorker::push(int count)
{
    QStringList words{u"LPUSH"_s, u"jobs"_s};
    for (int i = 0; i < count; ++i)
        words.append(QString::fromUtf8(job(i)));
    QVERIFY(m_redis->cli(words).toInt() > 0);
}

int TestQueueWorker::number(const QStringList &words)
{
    bool isNumber = false;
    const int value = m_redis->cli(words).toInt(&isNumber);
    return isNumber ? value : -1;
}

QJsonArray TestQueueWorker::workers(RunningServer &server)
{
    return server.get(u"/api/v1/processes/worker"_s).toArray();
}

void TestQueueWorker::jobsAreDoneAndCounted()
{
    RunningServer server(worker({}, 1));
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"metrics"_s});
    push(50);
    pushOne("no JSON");
    QTRY_COMPARE_WITH_TIMEOUT(number({u"HLEN"_s, u"jobs:results"_s}), 50, patience);
    QTRY_COMPARE_WITH_TIMEOUT(number({u"LLEN"_s, u"jobs:failed"_s}), 1, patience);
    QCOMPARE(m_redis->cli({u"HGET"_s, u"jobs:results"_s, QString::fromUtf8(job(7))}),
        QCryptographicHash::hash("job 7", QCryptographicHash::Sha256).toHex());
    QTRY_COMPARE_WITH_TIMEOUT(counters(watcher),
        (QJsonObject{{u"processed"_s, 50}, {u"failed"_s, 1}, {u"recovered"_s, 0}}), patience);
    QCOMPARE(server.stop(), 0);
}

void TestQueueWorker::aKilledWorkerLosesNoJob()
{
    constexpr int jobs = 1000;
    RunningServer server(worker({{u"pause_ms"_s, 20}}, 2));
    QVERIFY2(server.start(), qPrintable(server.log()));
    push(jobs);
    for (int kills = 0; kills < 6; ++kills) {
        const int before = number({u"HLEN"_s, u"jobs:results"_s});
        QTRY_VERIFY_WITH_TIMEOUT(
            number({u"HLEN"_s, u"jobs:results"_s}) >= before + 5, patience); // it works
        qint64 victim = 0;
        QTRY_VERIFY_WITH_TIMEOUT(
            (victim = workers(server).at(kills % 2)[u"pid"_s].toInteger()) > 0, patience);
        QCOMPARE(::kill(pid_t(victim), SIGKILL), 0);
    }
    QTRY_COMPARE_WITH_TIMEOUT(number({u"HLEN"_s, u"jobs:results"_s}), jobs, patience);
    QTRY_COMPARE_WITH_TIMEOUT(
        m_redis->cli({u"KEYS"_s, u"jobs:processing:*"_s}), QByteArray(), patience);
    QCOMPARE(number({u"LLEN"_s, u"jobs"_s}), 0);
    const auto restarts = [&] {
        int sum = 0;
        const QJsonArray instances = workers(server);
        for (const auto &one : instances)
            sum += one[u"restarts"_s].toInt();
        return sum;
    };
    QTRY_COMPARE_WITH_TIMEOUT(restarts(), 6, patience);
}

void TestQueueWorker::aKilledRedisLosesNoJobAndRestartsNobody()
{
    constexpr int jobs = 600;
    RunningServer server(worker({{u"pause_ms"_s, 20}}, 2));
    QVERIFY2(server.start(), qPrintable(server.log()));
    push(jobs);
    QSet<qint64> pids;
    for (int kills = 0; kills < 3; ++kills) {
        const int before = number({u"HLEN"_s, u"jobs:results"_s});
        QTRY_VERIFY_WITH_TIMEOUT(number({u"HLEN"_s, u"jobs:results"_s}) >= before + 10, patience);
        m_redis->kill();
        QVERIFY2(m_redis->start(), qPrintable(m_redis->log()));
        const QJsonArray instances = workers(server);
        for (const auto &one : instances)
            pids.insert(one[u"pid"_s].toInteger());
    }
    QTRY_COMPARE_WITH_TIMEOUT(number({u"HLEN"_s, u"jobs:results"_s}), jobs, patience);
    QTRY_COMPARE_WITH_TIMEOUT(
        m_redis->cli({u"KEYS"_s, u"jobs:processing:*"_s}), QByteArray(), patience);
    const QJsonArray instances = workers(server);
    QCOMPARE(instances.size(), 2);
    for (const auto &one : instances) {
        QCOMPARE(one[u"restarts"_s].toInt(), 0);
        QCOMPARE(one[u"state"_s].toString(), u"running"_s);
    }
    QCOMPARE(pids.size(), 2); // the same ones all the time
}

void TestQueueWorker::jobsOfAWorkerThatNeverComesBackAreDoneByAnother()
{
    QCOMPARE(m_redis->cli({u"SADD"_s, u"jobs:workers"_s, u"gone:worker:0"_s}), "1");
    QCOMPARE(m_redis->cli({u"LPUSH"_s, u"jobs:processing:gone:worker:0"_s,
                 QString::fromUtf8(job(1)), QString::fromUtf8(job(2))}),
        "2");
    RunningServer server(worker({{u"lease_ms"_s, 300}}, 1));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(number({u"HLEN"_s, u"jobs:results"_s}), 2, patience);
    QTRY_COMPARE_WITH_TIMEOUT(number({u"SCARD"_s, u"jobs:workers"_s}), 1, patience);
    QCOMPARE(number({u"EXISTS"_s, u"jobs:processing:gone:worker:0"_s}), 0);
}

QTEST_GUILESS_MAIN(TestQueueWorker)
#include "tst_queueworker.moc"
