// SPDX-License-Identifier: GPL-3.0-or-later
// The one client of whoever watches a server, against a hub that says what the test wants.
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/socketpath.h"
#include "support/scriptedhub.h"
#include "watch/livesockets.h"
#include "watch/serverwatch.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <memory>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

constexpr int patience = 20'000;

WatchOptions everything()
{
    return {.topics = {topics::state, topics::metrics, topics::events, topics::log},
        .reconnect = HubClient::Reconnect::Forever,
        .pastEvents = true};
}

QStringList namesIn(const QSignalSpy &snapshots)
{
    QStringList names;
    for (const ProcessStatus &process :
        snapshots.last().first().value<QList<semper::ProcessStatus>>())
        names.append(process.name);
    return names;
}

} // namespace

class TestServerWatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void thePartsOfASnapshotArriveAsOne();
    void aSnapshotThatAnotherCutsShortIsForgotten();
    void whatHappensAfterASnapshotIsTold();
    void eventsOfThePastAreToldWhereTheyAreWanted();
    void eachCommandGetsItsAnswer();
    void thePartsOfAnAnswerArriveAsOne();
    void noCommandIsSentUnlessLive();
    void aLossIsFinalUnlessItReconnects();
    void aLostServerIsLiveAgainWhenItIsBack();
    void theServersReasonIsToldUntilTheNextAttemptEndsOtherwise();
    void aQuietServerIsAskedForASignOfLife();
    void aServerThatSaysNothingAtAllCountsAsHungUntilItSpeaks();
    void onlySocketsWithAServerAreLive();

private:
    void watch(const WatchOptions &options = {});

    /// What the watch said of itself at a change of its state.
    struct Seen
    {
        ServerWatch::State state;
        QString refusalCode;
        QString problem;
        friend bool operator==(const Seen &, const Seen &) = default;
    };

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ScriptedHub> m_hub;
    std::unique_ptr<ServerWatch> m_watch;
    QString m_socket;
    QList<Seen> m_seen;
};

void TestServerWatch::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(m_folder->path()));
    QVERIFY(QDir().mkpath(socketDirectory()));
    m_socket = defaultSocketPath(u"orders-1"_s);
    m_hub = std::make_unique<ScriptedHub>();
    QVERIFY(m_hub->listen(m_socket));
    m_hub->setProcesses({runningProcess(u"alpha"_s), runningProcess(u"beta"_s)});
}

void TestServerWatch::cleanup()
{
    m_watch.reset();
    m_hub.reset();
    m_folder.reset();
}

void TestServerWatch::watch(const WatchOptions &options)
{
    m_watch = std::make_unique<ServerWatch>(m_socket, options);
    m_seen.clear();
    connect(m_watch.get(), &ServerWatch::stateChanged, this, [this] {
        m_seen.append({m_watch->state(), m_watch->refusalCode(), m_watch->problem()});
    });
    m_watch->open();
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->isLive(), patience);
}

void TestServerWatch::thePartsOfASnapshotArriveAsOne()
{
    QList<ProcessStatus> many;
    for (int instance = 0; instance < 800; ++instance)
        many.append(runningProcess(u"web"_s, instance));
    m_hub->setProcesses(many);
    m_watch = std::make_unique<ServerWatch>(m_socket);
    const QSignalSpy snapshots(m_watch.get(), &ServerWatch::snapshotReceived);
    QCOMPARE(m_watch->state(), ServerWatch::State::Connecting);
    m_watch->open();
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->isLive(), patience);
    QCOMPARE(snapshots.size(), 1);
    const auto received = snapshots.first().first().value<QList<semper::ProcessStatus>>();
    QCOMPARE(received.size(), many.size());
    for (qsizetype i = 0; i < many.size(); ++i)
        QCOMPARE(received.at(i).toJson(), many.at(i).toJson());
    QCOMPARE(m_watch->server().value(keys::node), u"orders-1"_s);
}

void TestServerWatch::aSnapshotThatAnotherCutsShortIsForgotten()
{
    watch();
    const QSignalSpy snapshots(m_watch.get(), &ServerWatch::snapshotReceived);
    m_hub->sendRaw(encodeFrame(makeFrame(frames::snapshot,
        {{keys::processes, QJsonArray{runningProcess(u"old"_s).toJson()}}, {keys::part, 1},
            {keys::last, false}})));
    m_hub->sendSnapshot();
    QTRY_COMPARE_WITH_TIMEOUT(snapshots.size(), 1, patience);
    QCOMPARE(namesIn(snapshots), (QStringList{u"alpha"_s, u"beta"_s}));
}

void TestServerWatch::whatHappensAfterASnapshotIsTold()
{
    watch(everything());
    const QSignalSpy changes(m_watch.get(), &ServerWatch::processChanged);
    const QSignalSpy metrics(m_watch.get(), &ServerWatch::metricsReceived);
    const QSignalSpy events(m_watch.get(), &ServerWatch::eventReceived);
    const QSignalSpy lines(m_watch.get(), &ServerWatch::linesReceived);
    m_hub->setProcess(runningProcess(u"gamma"_s));
    m_hub->sendMetrics(u"gamma"_s, {{keys::cpuRatio, 0.5}}, 2);
    m_hub->sendEvent(u"start"_s, u"gamma"_s, {});
    m_hub->sendLines(u"gamma"_s, {u"one"_s, u"two"_s}, 3, 1);
    QTRY_COMPARE_WITH_TIMEOUT(lines.size(), 1, patience); // the last one
    QCOMPARE(changes.last().first().value<semper::ProcessStatus>().name, u"gamma"_s);
    QCOMPARE(metrics.last().first().value<ProcessId>(), (ProcessId{u"gamma"_s, 2}));
    QCOMPARE(metrics.last().last().toJsonObject().value(keys::cpuRatio), 0.5);
    QCOMPARE(events.last().first().toJsonObject().value(keys::type), u"start"_s);
    QCOMPARE(lines.last().first().value<ProcessId>(), (ProcessId{u"gamma"_s, 1}));
    QVERIFY(lines.last().at(1).toDateTime().isValid());
    QCOMPARE(lines.last().at(2).toStringList(), (QStringList{u"one"_s, u"two"_s}));
    QCOMPARE(lines.last().at(3).toInt(), 3);
}

void TestServerWatch::eventsOfThePastAreToldWhereTheyAreWanted()
{
    m_hub->sendEvent(u"start"_s, u"alpha"_s, {});
    m_watch = std::make_unique<ServerWatch>(m_socket, everything());
    const QSignalSpy events(m_watch.get(), &ServerWatch::eventReceived);
    m_watch->open();
    QTRY_COMPARE_WITH_TIMEOUT(events.size(), 1, patience);

    const QSignalSpy snapshots(m_watch.get(), &ServerWatch::snapshotReceived);
    m_watch->refresh(); // knows them already
    m_hub->sendEvent(u"ready"_s, u"alpha"_s, {});
    QTRY_COMPARE_WITH_TIMEOUT(snapshots.size(), 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(
        !events.isEmpty() && events.last().first().toJsonObject().value(keys::type) == u"ready"_s,
        patience);
    QCOMPARE(events.size(), 2);
}

void TestServerWatch::eachCommandGetsItsAnswer()
{
    watch();
    const QSignalSpy answers(m_watch.get(), &ServerWatch::answered);
    const qint64 stop = m_watch->command(u"stop"_s, u"alpha"_s);
    QTRY_COMPARE_WITH_TIMEOUT(answers.size(), 1, patience);
    m_hub->refuse(u"because"_s, u"not_allowed"_s);
    const qint64 start = m_watch->command(u"start"_s, u"beta:0"_s);
    QTRY_COMPARE_WITH_TIMEOUT(answers.size(), 2, patience);

    QVERIFY(stop != 0 && start != 0 && stop != start);
    QCOMPARE(answers.first().first().toLongLong(), stop);
    QVERIFY(!answers.first().last().value<CommandAnswer>().refusal);
    QCOMPARE(answers.last().first().toLongLong(), start);
    const auto refusal = answers.last().last().value<CommandAnswer>().refusal;
    QVERIFY(refusal);
    QCOMPARE(refusal->code, u"not_allowed"_s);
    QCOMPARE(refusal->detail, u"because"_s);
    QCOMPARE(m_hub->commands(),
        QList<ScriptedHub::Command>({{u"stop"_s, u"alpha"_s}, {u"start"_s, u"beta:0"_s}}));
}

void TestServerWatch::thePartsOfAnAnswerArriveAsOne()
{
    watch();
    const QSignalSpy answers(m_watch.get(), &ServerWatch::answered);
    m_hub->freeze(); // the test answers
    const qint64 id = m_watch->command(u"reload"_s, {}, {{keys::dryRun, true}});
    QJsonArray changes;
    for (int i = 0; i < 500; ++i)
        changes.append(QJsonObject{{keys::process, QString(300, u'p')}, {keys::instance, i}});
    const QList<QJsonObject> parts = splitFrame(
        makeFrame(frames::result, {{keys::id, id}, {keys::ok, true}}), keys::changes, changes);
    QVERIFY(parts.size() > 1);
    for (const QJsonObject &part : parts)
        m_hub->sendRaw(encodeFrame(part));
    QTRY_COMPARE_WITH_TIMEOUT(answers.size(), 1, patience);
    const auto answer = answers.first().last().value<CommandAnswer>();
    QVERIFY(!answer.refusal);
    QCOMPARE(answer.result.value(keys::changes).toArray(), changes);
}

void TestServerWatch::noCommandIsSentUnlessLive()
{
    m_watch = std::make_unique<ServerWatch>(m_socket);
    QCOMPARE(m_watch->command(u"stop"_s, u"alpha"_s), 0);
    watch();
    m_hub->die();
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), ServerWatch::State::Lost, patience);
    QCOMPARE(m_watch->command(u"stop"_s, u"alpha"_s), 0);
    QCOMPARE(m_hub->commands(), QList<ScriptedHub::Command>());
}

void TestServerWatch::aLossIsFinalUnlessItReconnects()
{
    watch();
    QCOMPARE(m_watch->problem(), QString());
    m_hub->die();
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), ServerWatch::State::Lost, patience);
    QCOMPARE(m_watch->problem(), u"the server closed the connection"_s);
    QCOMPARE(m_watch->refusalCode(), QString());
    QCOMPARE(m_watch->nextAttemptIn(), 0ms);
    m_watch->reconnect();
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->problem(), u"there is no such socket"_s, patience);
}

void TestServerWatch::aLostServerIsLiveAgainWhenItIsBack()
{
    watch(everything());
    m_hub->die();
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), ServerWatch::State::Lost, patience);
    QVERIFY(m_hub->listen(m_socket));
    const QSignalSpy snapshots(m_watch.get(), &ServerWatch::snapshotReceived);
    m_hub->setProcesses({runningProcess(u"gamma"_s)});
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->isLive(), patience);
    QCOMPARE(m_watch->problem(), QString());
    QCOMPARE(namesIn(snapshots), QStringList{u"gamma"_s});
}

void TestServerWatch::theServersReasonIsToldUntilTheNextAttemptEndsOtherwise()
{
    watch(everything());
    m_hub->stopListening();
    m_hub->dismiss(u"too_many"_s, u"256 watchers are connected already"_s);
    QTRY_VERIFY_WITH_TIMEOUT(m_seen.size() >= 3, patience);
    QCOMPARE(m_seen.at(0), (Seen{ServerWatch::State::Live, {}, {}}));
    QCOMPARE(m_seen.at(1),
        (Seen{ServerWatch::State::Lost, u"too_many"_s, u"256 watchers are connected already"_s}));
    QCOMPARE(m_seen.at(2), (Seen{ServerWatch::State::Lost, {}, u"there is no such socket"_s}));
}

void TestServerWatch::aQuietServerIsAskedForASignOfLife()
{
    watch({.silenceLimit = 40ms});
    const QSignalSpy snapshots(m_watch.get(), &ServerWatch::snapshotReceived);
    QTRY_VERIFY_WITH_TIMEOUT(snapshots.size() >= 2, patience);
}

void TestServerWatch::aServerThatSaysNothingAtAllCountsAsHungUntilItSpeaks()
{
    watch({.silenceLimit = 40ms});
    m_hub->freeze();
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), ServerWatch::State::Silent, patience);
    QVERIFY(m_watch->age() >= 80ms);
    QCOMPARE(m_watch->command(u"stop"_s, u"alpha"_s), 0);
    const qsizetype before = m_seen.size();
    m_hub->sendRaw(encodeFrame(
        makeFrame(frames::state, {{keys::process, runningProcess(u"alpha"_s).toJson()}})));
    QTRY_VERIFY_WITH_TIMEOUT(m_seen.size() > before, patience);
    QCOMPARE(m_seen.at(before).state, ServerWatch::State::Live);
}

void TestServerWatch::onlySocketsWithAServerAreLive()
{
    QCOMPARE(liveSockets(), QStringList{m_socket});
    ScriptedHub other;
    const QString another = defaultSocketPath(u"another"_s);
    QVERIFY(other.listen(another));

    const QByteArray stale = QFile::encodeName(defaultSocketPath(u"stale"_s));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, stale.constData(), std::size_t(stale.size()));
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    QVERIFY(descriptor >= 0);
    const int bound
        = ::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address);
    ::close(descriptor);
    QCOMPARE(bound, 0);

    QCOMPARE(liveSockets(), (QStringList{another, m_socket}));
    QVERIFY(!isListening(QString(200, u'x')));
}

QTEST_GUILESS_MAIN(TestServerWatch)
#include "tst_serverwatch.moc"
