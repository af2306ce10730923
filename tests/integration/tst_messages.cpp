// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/processstate.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <memory>

using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 20000;
constexpr int longTimeout = 25000; ///< of a request: an answer before it was told at once

/// Answers every request wrongly, as its "do" says.
constexpr char rudeScript[] = R"(
import json, os, socket
hub = socket.socket(socket.AF_UNIX)
hub.connect(os.environ["SEMPER_SOCKET"])
def send(**frame):
    hub.sendall(json.dumps(frame).encode() + b"\n")
send(type="hello", process=os.environ["SEMPER_PROCESS"],
     instance=int(os.environ["SEMPER_INSTANCE"]), token=os.environ["SEMPER_TOKEN"])
for line in hub.makefile("rb"):
    frame = json.loads(line)
    if frame["type"] != "request":
        continue
    id, do = frame["id"], frame["params"]["payload"]["do"]
    if do == "neither":
        send(type="response", id=id)
    elif do == "list":
        send(type="response", id=id, result=[1, 2])
    elif do == "strange":
        send(type="response", id="x", result={})
        send(type="response", id=-1, result={})
        send(type="response", id=10 ** 15, result={})
        send(type="response", result={})
        send(type="response", id=id, result={"n": 1})
    elif do == "twice":
        send(type="response", id=id, result={"n": 1})
        send(type="response", id=id, result={"n": 2})
    elif do == "refuse":
        send(type="response", id=id, error={"code": "busy", "detail": "come later"})
    elif do == "flood-line":
        hub.sendall(b'{"type":"response","id":%d,"result":{"t":"' % id + b"x" * 100000 + b'"}}\n')
)";

/// Answers by the module in the folder of its argument, or not without a second one.
constexpr char politeScript[] = R"(
import sys
sys.path.insert(0, sys.argv[1])
from semper import Process, RequestError

def price(payload):
    if payload["do"] == "refuse":
        raise RequestError("sold_out", "come tomorrow", payload)
    if payload["do"] == "throw":
        raise ValueError("no such article")
    return {"cents": 995}

process = Process(price if len(sys.argv) > 2 else None)
process.ready()
while process.wait(60):
    pass
)";

QList<int> numbers(const QJsonValue &list)
{
    QList<int> found;
    for (const QJsonValue &value : list.toArray())
        found.append(value.toInt());
    return found;
}

QString errorOf(const QJsonObject &told)
{
    return told.value(u"error").toString();
}

} // namespace

/// Messages and requests between a service's own code and its user processes: a real server whose
/// routes send and ask, and real processes that die.
class TestMessages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanup();

    void aRouteAnswersWithTheReplyOfItsProcess();
    void errorsOfTheHandlerReachTheAsker_data();
    void errorsOfTheHandlerReachTheAsker();
    void aProcessThatDiesWithTheRequestIsToldAtOnce();
    void aRequestThatWaitsIsAnsweredByTheNextLaunch();
    void whoWillNotComeBackIsToldAtOnce();
    void aProcessAsksItsService_data();
    void aProcessAsksItsService();
    void aRefusalKeepsItsCodeAndDataInBothDirections_data();
    void aRefusalKeepsItsCodeAndDataInBothDirections();
    void aFloodOfRequestsIsRefusedAndNothingElseSuffers();
    void messagesAreKeptInOrderOverAKill();
    void whatTheDeadDidNotTakeIsDeliveredToTheNext();
    void theOverflowIsToldToTheSender();
    void everyInstanceHasItsOwnQueue();
    void wrongAnswersHurtNobody();
    void aProcessInPythonAnswers();

private:
    using Reply = std::unique_ptr<QNetworkReply>;

    void start(const QJsonObject &processes);
    void writeScript(const QString &name, const QByteArray &text);
    [[nodiscard]] QJsonObject talker(int instances = 1) const;
    [[nodiscard]] Reply request(const QString &path);
    [[nodiscard]] QJsonObject get(const QString &path);
    [[nodiscard]] static QJsonObject outcome(QNetworkReply &reply);
    [[nodiscard]] qint64 pidOf(int instance);
    /// The one that follows \a dead, which may still be asked, and take the question with it.
    [[nodiscard]] qint64 pidAfter(qint64 dead, int instance = 0);
    bool command(const QStringList &words);
    [[nodiscard]] QList<int> received() const;
    [[nodiscard]] QString path(const QString &name) const { return m_folder->filePath(name); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QProcess> m_server;
    QNetworkAccessManager m_network;
    quint16 m_port = 0;
};

void TestMessages::initTestCase()
{
    m_network.setTransferTimeout(patience + 10000);
}

void TestMessages::cleanup()
{
    if (!m_server)
        return;
    m_server->terminate();
    QVERIFY(m_server->waitForFinished(patience));
    QCOMPARE(m_server->exitStatus(), QProcess::NormalExit);
    QCOMPARE(m_server->exitCode(), 0);
    m_server.reset();
}

void TestMessages::start(const QJsonObject &processes)
{
    m_folder = std::make_unique<QTemporaryDir>();
    const QJsonObject http{
        {u"type"_s, u"http"_s}, {u"listen"_s, u"127.0.0.1:0"_s}, {u"processes"_s, processes}};
    const QJsonObject config{{u"node"_s, u"messages"_s},
        {u"control"_s, QJsonObject{{u"listen"_s, u"127.0.0.1:0"_s}}},
        {u"services"_s, QJsonObject{{u"http"_s, http}}}};
    QFile file(path(u"semper.json"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    // The names in it stand for paths in a folder that is known only now.
    file.write(QJsonDocument(config).toJson().replace("FOLDER", m_folder->path().toUtf8()));
    file.close();
    writeScript(u"rude.py"_s, rudeScript);
    writeScript(u"polite.py"_s, politeScript);
    m_server = std::make_unique<QProcess>();
    m_server->setProcessChannelMode(QProcess::MergedChannels);
    m_server->start(qEnvironmentVariable("SEMPER_TEST_HELPERS") + u"/message-server"_s,
        {u"--config"_s, path(u"semper.json"_s), u"--socket"_s, path(u"s"_s), u"--state-directory"_s,
            path(u"state"_s)});
    QByteArray output;
    QTRY_VERIFY2_WITH_TIMEOUT(
        (output += m_server->readAll()).contains("\nready"), output.constData(), patience);
    const QRegularExpression address(u"http http://127\\.0\\.0\\.1:(\\d+)"_s);
    m_port = address.match(QString::fromUtf8(output)).captured(1).toUShort();
    QVERIFY(m_port != 0);
}

void TestMessages::writeScript(const QString &name, const QByteArray &text)
{
    QFile script(path(name));
    QVERIFY(script.open(QIODevice::WriteOnly));
    QCOMPARE(script.write(text), text.size());
}

QJsonObject TestMessages::talker(int instances) const
{
    return {{u"class"_s, u"Talker"_s}, {u"instances"_s, instances},
        {u"settings"_s, QJsonObject{{u"file"_s, u"FOLDER/received"_s}}}};
}

TestMessages::Reply TestMessages::request(const QString &path)
{
    return Reply(
        m_network.get(QNetworkRequest(QUrl(u"http://127.0.0.1:%1%2"_s.arg(m_port).arg(path)))));
}

QJsonObject TestMessages::outcome(QNetworkReply &reply)
{
    if (!QTest::qWaitFor([&] { return reply.isFinished(); }, patience + 10000))
        return {{u"nothing"_s, true}};
    return QJsonDocument::fromJson(reply.readAll()).object();
}

QJsonObject TestMessages::get(const QString &path)
{
    const Reply reply = request(path);
    return outcome(*reply);
}

qint64 TestMessages::pidOf(int instance)
{
    const QJsonObject told = get(u"/ask/talker/%1/hello/%2"_s.arg(instance).arg(longTimeout));
    return told[u"answer"][u"pid"].toInteger();
}

qint64 TestMessages::pidAfter(qint64 dead, int instance)
{
    qint64 pid = 0;
    return QTest::qWaitFor([&] { return (pid = pidOf(instance)) > 0 && pid != dead; }, patience)
        ? pid
        : 0;
}

bool TestMessages::command(const QStringList &words)
{
    QProcess semper;
    semper.start(qEnvironmentVariable("SEMPER_TEST_BIN") + u"/semper"_s,
        words + QStringList{u"--socket"_s, path(u"s"_s)});
    return semper.waitForFinished(patience) && semper.exitCode() == 0;
}

QList<int> TestMessages::received() const
{
    QFile file(path(u"received"_s));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QList<int> list;
    const QList<QByteArray> lines = file.readAll().split('\n');
    for (const QByteArray &line : lines)
        if (!line.isEmpty())
            list.append(line.split(' ').constLast().toInt());
    return list;
}

void TestMessages::aRouteAnswersWithTheReplyOfItsProcess()
{
    start({{u"talker"_s, talker()}});
    const QJsonObject told = get(u"/ask/talker/any/hello/20000"_s);
    QCOMPARE(told[u"answer"][u"instance"].toInt(-1), 0);
    QVERIFY2(told[u"answer"][u"pid"].toInteger() > 0, QJsonDocument(told).toJson().constData());
}

void TestMessages::errorsOfTheHandlerReachTheAsker_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("error");
    QTest::addColumn<QString>("detail");
    QTest::newRow("it throws") << u"talker/any/throw/20000"_s << u"failed"_s
                               << u"std::out_of_range: no such order"_s;
    QTest::newRow("it refuses") << u"talker/any/refuse/20000"_s << u"refused"_s
                                << u"talker: sold_out: come tomorrow"_s;
    QTest::newRow("too late") << u"talker/0/hang/100"_s << u"timed_out"_s << u"within 100 ms"_s;
    QTest::newRow("a large answer") << u"talker/any/big/20000"_s << u"too_large"_s << u"bytes"_s;
    QTest::newRow("a large request")
        << u"talker/any/oversized/20000"_s << u"too_large"_s << u"bytes"_s;
    QTest::newRow("no such process") << u"walker/any/x/20000"_s << u"unknown"_s << u"walker"_s;
    QTest::newRow("no such instance") << u"talker/7/x/20000"_s << u"unknown"_s << u"instance"_s;
}

void TestMessages::errorsOfTheHandlerReachTheAsker()
{
    QFETCH(const QString, target);
    QFETCH(const QString, error);
    QFETCH(const QString, detail);
    start({{u"talker"_s, talker()}});
    QVERIFY(pidOf(0) > 0);
    const QJsonObject told = get(u"/ask/"_s + target);
    QCOMPARE(errorOf(told), error);
    QVERIFY2(told[u"detail"].toString().contains(detail), qPrintable(told[u"detail"].toString()));
    QVERIFY(pidOf(0) > 0); // and it goes on
}

void TestMessages::aProcessThatDiesWithTheRequestIsToldAtOnce()
{
    start({{u"talker"_s, talker()}});
    const qint64 pid = pidOf(0);
    const Reply other = request(u"/ask/talker/0/hang/%1"_s.arg(longTimeout));
    QCOMPARE(pidOf(0), pid); // so that it has the other one
    const QJsonObject told = get(u"/ask/talker/0/die/%1"_s.arg(longTimeout));
    QCOMPARE(errorOf(told), u"lost"_s);
    QCOMPARE(errorOf(outcome(*other)), u"lost"_s);
    const qint64 next = pidAfter(pid);
    QVERIFY(next > 0);
    QCOMPARE(pidOf(0), next); // the request did not follow into the next launch
}

void TestMessages::aRequestThatWaitsIsAnsweredByTheNextLaunch()
{
    start({{u"talker"_s, talker()}});
    const qint64 pid = pidOf(0);
    QVERIFY(pid > 0);
    QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
    // It meets the dead, then it is lost, or the one that is coming.
    QJsonObject told;
    do {
        told = get(u"/ask/talker/any/hello/%1"_s.arg(longTimeout));
    } while (errorOf(told) == u"lost"_s);
    QVERIFY2(told[u"answer"][u"pid"].toInteger() > 0, QJsonDocument(told).toJson().constData());
    QVERIFY(told[u"answer"][u"pid"].toInteger() != pid);
}

void TestMessages::whoWillNotComeBackIsToldAtOnce()
{
    QJsonObject slow = talker();
    slow.insert(u"restart"_s, QJsonObject{{u"first_delay_ms"_s, 600000}});
    start({{u"talker"_s, slow}});
    const qint64 pid = pidOf(0);
    QVERIFY(pid > 0);
    QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
    QJsonObject kept;
    const auto isKept = [&] {
        kept = get(u"/send/talker/3/1"_s);
        return numbers(kept.value(u"kept")).size() == 3;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isKept(), patience);
    const Reply waiting = request(u"/ask/talker/any/hello/%1"_s.arg(longTimeout));
    QCOMPARE(numbers(get(u"/send/talker/1/1"_s).value(u"kept")).size(), 1);
    QVERIFY(!waiting->isFinished());
    QVERIFY(command({u"stop"_s, u"talker"_s}));
    QCOMPARE(errorOf(outcome(*waiting)), u"down"_s);
    QCOMPARE(errorOf(get(u"/ask/talker/0/hello/%1"_s.arg(longTimeout))), u"down"_s);
    const QJsonObject refused = get(u"/send/talker/1/1"_s);
    QCOMPARE(numbers(refused[u"refused"]).size(), 1);
    QCOMPARE(refused[u"reason"].toString(), u"down"_s);

    // What waited went with it; what comes after the start arrives.
    QVERIFY(command({u"start"_s, u"talker"_s}));
    QVERIFY(pidOf(0) > 0);
    const QList<int> sent = numbers(get(u"/send/talker/1/1"_s).value(u"sent"));
    QCOMPARE(sent.size(), 1);
    QTRY_VERIFY_WITH_TIMEOUT(received().contains(sent.constFirst()), patience);
    for (const int number : numbers(kept.value(u"kept")))
        QVERIFY(!received().contains(number));
}

void TestMessages::aProcessAsksItsService_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::newRow("it answers") << u"hello"_s << u"asked_by"_s << u"talker:1"_s;
    QTest::newRow("it throws") << u"throw"_s << u"error"_s << u"failed"_s;
    QTest::newRow("a large answer") << u"big"_s << u"error"_s << u"too_large"_s;
    QTest::newRow("too late") << u"hang"_s << u"error"_s << u"timed_out"_s;
}

void TestMessages::aProcessAsksItsService()
{
    QFETCH(const QString, what);
    QFETCH(const QString, key);
    QFETCH(const QString, value);
    start({{u"talker"_s, talker(2)}});
    const QJsonObject told = get(u"/ask/talker/1/ask-%1/%2"_s.arg(what).arg(longTimeout));
    QCOMPARE(told[u"answer"][key].toString(), value);
}

void TestMessages::aRefusalKeepsItsCodeAndDataInBothDirections_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<bool>("askedByProcess");
    QTest::newRow("the service asks") << u"refuse"_s << false;
    QTest::newRow("the process asks") << u"ask-refuse"_s << true;
}

void TestMessages::aRefusalKeepsItsCodeAndDataInBothDirections()
{
    QFETCH(const QString, what);
    QFETCH(const bool, askedByProcess);
    start({{u"talker"_s, talker()}});
    const QJsonObject told = get(u"/ask/talker/any/%1/%2"_s.arg(what).arg(longTimeout));
    const QJsonObject error = askedByProcess ? told[u"answer"].toObject() : told;
    QCOMPARE(errorOf(error), u"refused"_s);
    QCOMPARE(error.value(u"code"), u"sold_out"_s);
    QCOMPARE(error[u"data"][u"do"], u"refuse"_s);
}

void TestMessages::aFloodOfRequestsIsRefusedAndNothingElseSuffers()
{
    start({{u"talker"_s, talker(2)}});
    const QJsonObject told = get(u"/ask/talker/0/flood/%1"_s.arg(longTimeout));
    QCOMPARE(told[u"answer"][u"queue_full"].toInt(), 136);
    QCOMPARE(told[u"answer"][u"timed_out"].toInt(), 64);
    const qint64 pid = pidOf(0);
    QVERIFY(pid > 0);
    const QJsonObject other = get(u"/ask/talker/1/ask-hello/%1"_s.arg(longTimeout));
    QCOMPARE(other[u"answer"][u"asked_by"].toString(), u"talker:1"_s);
    // What its last launch has asked is still under way: a death makes no room for more.
    QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
    QVERIFY(pidAfter(pid) > 0);
    const QJsonObject next = get(u"/ask/talker/0/ask-hello/%1"_s.arg(longTimeout));
    QCOMPARE(next[u"answer"][u"error"].toString(), u"queue_full"_s);
}

void TestMessages::messagesAreKeptInOrderOverAKill()
{
    start({{u"talker"_s, talker()}});
    const qint64 pid = pidOf(0);
    QSet<int> mustArrive;
    int last = 0;
    const auto sendSome = [&](bool isAlive) {
        const QJsonObject told = get(u"/send/talker/20/10"_s);
        for (const int number : numbers(told[u"kept"]))
            mustArrive.insert(last = number);
        for (const int number : numbers(told[u"sent"])) {
            last = number;
            if (isAlive)
                mustArrive.insert(number);
        }
        QVERIFY(numbers(told[u"refused"]).isEmpty());
    };
    sendSome(true);
    QTRY_COMPARE_WITH_TIMEOUT(received().size(), 20, patience);
    QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
    for (int i = 0; i < 10; ++i)
        sendSome(false);
    QVERIFY(pidAfter(pid) > 0);
    sendSome(true);
    QTRY_VERIFY_WITH_TIMEOUT(received().contains(last), patience);
    const QList<int> all = received();
    QVERIFY2(std::ranges::is_sorted(all, std::less_equal<>()), "out of order, or twice");
    for (const int number : std::as_const(mustArrive))
        QVERIFY2(all.contains(number), qPrintable(QString::number(number)));
}

/// It is frozen, so that all of it waits: in the kernel, which is lost with the process, in the
/// pump and in the mailbox, which are not.
void TestMessages::whatTheDeadDidNotTakeIsDeliveredToTheNext()
{
    constexpr int count = 100;
    constexpr int kernelTakes = 30; ///< at most, of 10 KB each: its buffer has 208 KiB
    start({{u"talker"_s, talker()}});
    const qint64 pid = pidOf(0);
    QVERIFY(pid > 0);
    QVERIFY(semper::test::stopProcess(pid));
    const QJsonObject told = get(u"/send/talker/%1/10000"_s.arg(count));
    QVERIFY(numbers(told[u"refused"]).isEmpty());
    QVERIFY2(!numbers(told[u"kept"]).isEmpty(), QJsonDocument(told).toJson().constData());
    const int last = numbers(told[u"kept"]).constLast();
    QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(received().contains(last), patience);
    const QList<int> all = received();
    QVERIFY(std::ranges::is_sorted(all, std::less_equal<>()));
    QVERIFY2(all.size() >= count - kernelTakes, qPrintable(QString::number(all.size())));
    for (const int number : numbers(told[u"kept"]))
        QVERIFY(all.contains(number));
}

void TestMessages::theOverflowIsToldToTheSender()
{
    start({{u"talker"_s, talker()}});
    const qint64 pid = pidOf(0);
    QVERIFY(pid > 0);
    QVERIFY(semper::test::stopProcess(pid));
    const QJsonObject told = get(u"/send/talker/250/10000"_s); // 2.5 MB
    QVERIFY(!numbers(told[u"refused"]).isEmpty());
    QCOMPARE(told[u"reason"].toString(), u"queue_full"_s);
    QCOMPARE(errorOf(get(u"/ask/talker/0/oversized/100"_s)), u"too_large"_s);
    QCOMPARE(::kill(pid_t(pid), SIGCONT), 0);
    // What was kept goes out before all that is sent once there is room again.
    QList<int> expected = numbers(told[u"sent"]) + numbers(told[u"kept"]);
    std::ranges::sort(expected);
    QTRY_COMPARE_WITH_TIMEOUT(received().size(), expected.size(), patience);
    QCOMPARE(received(), expected);
    QCOMPARE(pidOf(0), pid); // it was not cut off
}

void TestMessages::everyInstanceHasItsOwnQueue()
{
    start({{u"talker"_s, talker(2)}});
    const qint64 pids[] = {pidOf(0), pidOf(1)};
    QVERIFY(pids[0] > 0 && pids[1] > 0 && pids[0] != pids[1]);
    QSet<qint64> answering;
    for (int i = 0; i < 4; ++i)
        answering.insert(
            get(u"/ask/talker/any/hello/20000"_s).value(u"answer")[u"pid"].toInteger());
    QCOMPARE(answering, (QSet<qint64>{pids[0], pids[1]}));

    QCOMPARE(::kill(pid_t(pids[0]), SIGKILL), 0);
    QVERIFY(errorOf(get(u"/send/talker/5/10"_s)).isEmpty());
    QVERIFY(pidAfter(pids[0]) > 0);
    const QList<int> sent = numbers(get(u"/send/talker/1/10"_s).value(u"sent"));
    QVERIFY(!sent.isEmpty());
    const int last = sent.constLast();
    QTRY_COMPARE_WITH_TIMEOUT(received().count(last), 2, patience);
    QCOMPARE(pidOf(1), pids[1]);
}

void TestMessages::wrongAnswersHurtNobody()
{
    start({{u"rude"_s, QJsonObject{{u"command"_s, QJsonArray{u"python3"_s, u"FOLDER/rude.py"_s}}}},
        {u"talker"_s, talker()}});
    const auto ask = [this](const QString &what) {
        return get(u"/ask/rude/0/%1/%2"_s.arg(what).arg(longTimeout));
    };
    QCOMPARE(errorOf(ask(u"neither"_s)), u"bad_answer"_s);
    QCOMPARE(errorOf(ask(u"list"_s)), u"bad_answer"_s);
    QCOMPARE(ask(u"strange"_s).value(u"answer")[u"n"].toInt(), 1);
    QCOMPARE(ask(u"twice"_s).value(u"answer")[u"n"].toInt(), 1);
    const QJsonObject refused = ask(u"refuse"_s);
    QCOMPARE(errorOf(refused), u"refused"_s);
    QVERIFY(refused[u"detail"].toString().endsWith(u"busy: come later"_s));
    QCOMPARE(errorOf(ask(u"flood-line"_s)), u"lost"_s); // too long a frame ends a connection
    QVERIFY(pidOf(0) > 0);
}

void TestMessages::aProcessInPythonAnswers()
{
    const QJsonArray python{u"python3"_s, u"-B"_s, u"FOLDER/polite.py"_s,
        qEnvironmentVariable("SEMPER_TEST_SOURCE") + u"/processes/examples/python"_s};
    QJsonArray answering = python;
    answering.append(u"answers"_s);
    start({{u"silent"_s, QJsonObject{{u"command"_s, python}}},
        {u"polite"_s, QJsonObject{{u"command"_s, answering}}}});
    const auto ask = [this](const QString &process, const QString &what) {
        return get(u"/ask/%1/0/%2/%3"_s.arg(process, what).arg(longTimeout));
    };
    QCOMPARE(ask(u"polite"_s, u"price"_s).value(u"answer")[u"cents"].toInt(), 995);
    const QJsonObject failed = ask(u"polite"_s, u"throw"_s);
    QCOMPARE(errorOf(failed), u"failed"_s);
    QVERIFY2(failed[u"detail"].toString().contains(u"no such article"_s),
        qPrintable(failed[u"detail"].toString()));
    const QJsonObject refused = ask(u"polite"_s, u"refuse"_s);
    QCOMPARE(errorOf(refused), u"refused"_s);
    QCOMPARE(refused.value(u"code"), u"sold_out"_s);
    QCOMPARE(refused[u"data"][u"do"], u"refuse"_s);
    QCOMPARE(errorOf(ask(u"silent"_s, u"price"_s)), u"unhandled"_s);
}

QTEST_GUILESS_MAIN(TestMessages)
#include "tst_messages.moc"
