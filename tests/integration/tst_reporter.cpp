// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/hubpeer.h"
#include "support/runningserver.h"
#include "support/scriptedhttp.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <memory>
#include <utility>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 20000;

} // namespace

/// The example "reporter" as it runs: a child of a real server, and a receiver that comes and goes.
class TestReporter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void samplesArriveWithTheToken();
    void aTokenThatIsNoSingleLineIsToldUntilItIsPutRight();
    void whatWasMeasuredWhileTheReceiverWasAwayArrivesLater();
    void whatHasNoRoomIsCounted();
    void whatIsRefusedForGoodMakesRoom();
    void withoutAnAddressItSaysWhatIsMissing();

private:
    /// A server with one reporter that posts to \a url.
    void start(const QUrl &url, QJsonObject settings = {});
    void listen(quint16 port = 0);
    /// Of the newest metrics that the process sent; -1 where it is not among them.
    [[nodiscard]] double counter(const QString &name) const;
    [[nodiscard]] qsizetype samplesReceived() const;

    QByteArray m_status; ///< what the receiver answers
    std::unique_ptr<ScriptedHttp> m_receiver;
    std::unique_ptr<RunningServer> m_server;
    std::unique_ptr<HubPeer> m_watcher;
};

void TestReporter::init()
{
    m_watcher.reset();
    m_server.reset();
    m_status = "204 No Content";
    listen();
}

void TestReporter::start(const QUrl &url, QJsonObject settings)
{
    settings[u"url"_s] = url.toString();
    settings[u"interval_ms"_s] = 100;
    const QJsonObject process{{u"class"_s, u"ReporterProcess"_s}, {u"settings"_s, settings}};
    m_server = std::make_unique<RunningServer>(QJsonObject{{u"reporter"_s, process}});
    QVERIFY2(m_server->start(), qPrintable(m_server->log()));
    m_watcher = std::make_unique<HubPeer>(m_server->socketPath());
    m_watcher->watch({u"metrics"_s});
}

void TestReporter::listen(quint16 port)
{
    m_receiver = std::make_unique<ScriptedHttp>(
        [this](QTcpSocket &peer, const RawRequest &) {
            ScriptedHttp::reply(peer, m_status, QByteArray());
        },
        nullptr, port);
}

double TestReporter::counter(const QString &name) const
{
    const QList<QJsonObject> frames = m_watcher->framesOf(u"metrics");
    return frames.isEmpty()
        ? -1
        : frames.constLast().value(u"counters"_s).toObject().value(name).toDouble(-1);
}

qsizetype TestReporter::samplesReceived() const
{
    qsizetype count = 0;
    for (const RawRequest &request : std::as_const(m_receiver->requests))
        count += QJsonDocument::fromJson(request.body)[u"samples"_s].toArray().size();
    return count;
}

void TestReporter::samplesArriveWithTheToken()
{
    QTemporaryDir folder;
    QFile file(folder.filePath(u"token"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("secret\n") > 0);
    file.close();
    start(m_receiver->url(u"/samples"_s), {{u"token_file"_s, file.fileName()}});
    QTRY_VERIFY_WITH_TIMEOUT(m_receiver->requests.size() >= 3, patience);
    const RawRequest request = m_receiver->requests.constFirst();
    QCOMPARE(request.method(), "POST");
    QCOMPARE(request.path(), "/samples");
    QCOMPARE(request.header("Authorization"), "Bearer secret");
    QCOMPARE(request.header("Content-Type"), "application/json");
    const QJsonDocument body = QJsonDocument::fromJson(request.body);
    QCOMPARE(body[u"process"_s].toString(), u"reporter"_s);
    const QJsonValue sample = body[u"samples"_s][0];
    QCOMPARE(sample[u"connections"_s].toInt(-1), 0);
    QVERIFY(sample[u"at"_s].toString().endsWith(u'Z'));
    QTRY_VERIFY_WITH_TIMEOUT(counter(u"samples_sent"_s) >= 3, patience);
    QCOMPARE(m_server->stop(), 0);
}

void TestReporter::aTokenThatIsNoSingleLineIsToldUntilItIsPutRight()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"token"_s);
    const auto write = [&path](const QByteArray &token) {
        QFile file(path);
        return file.open(QIODevice::WriteOnly) && file.write(token) == token.size();
    };
    QVERIFY(write("secret\nX-Other: 1\n"));
    start(m_receiver->url(u"/samples"_s), {{u"token_file"_s, path}});
    QTRY_VERIFY_WITH_TIMEOUT(counter(u"post_errors"_s) >= 2, patience);
    const QJsonObject reporter = m_server->process(u"reporter"_s);
    QCOMPARE(reporter[u"restarts"_s].toInt(-1), 0);
    QVERIFY2(reporter[u"status"_s].toString().contains(u"expected a single line"_s),
        qPrintable(reporter[u"status"_s].toString()));
    QCOMPARE(m_receiver->requests.size(), 0);
    QVERIFY(write("secret\n"));
    QTRY_VERIFY_WITH_TIMEOUT(!m_receiver->requests.isEmpty(), patience);
    QCOMPARE(m_receiver->requests.constFirst().header("Authorization"), "Bearer secret");
}

void TestReporter::whatWasMeasuredWhileTheReceiverWasAwayArrivesLater()
{
    const quint16 port = m_receiver->port();
    const QUrl url = m_receiver->url(u"/"_s);
    m_receiver.reset();
    start(url);
    QTRY_VERIFY_WITH_TIMEOUT(counter(u"post_errors"_s) >= 5, patience);
    QVERIFY(
        m_server->process(u"reporter"_s)[u"status"_s].toString().startsWith(u"not posting: "_s));
    listen(port);
    QTRY_VERIFY_WITH_TIMEOUT(samplesReceived() >= 5, patience);
    QVERIFY(m_receiver->requests.size() < samplesReceived());
    QTRY_COMPARE_WITH_TIMEOUT(
        m_server->process(u"reporter"_s)[u"status"_s].toString(), u"posting again"_s, patience);
    QCOMPARE(counter(u"samples_dropped"_s), 0);
}

void TestReporter::whatHasNoRoomIsCounted()
{
    m_status = "503 Service Unavailable";
    start(m_receiver->url(u"/"_s), {{u"buffered_samples"_s, 2}});
    QTRY_VERIFY_WITH_TIMEOUT(counter(u"samples_dropped"_s) >= 2, patience);
    QCOMPARE(QJsonDocument::fromJson(m_receiver->requests.constLast().body)[u"samples"_s]
                 .toArray()
                 .size(),
        2);
}

void TestReporter::whatIsRefusedForGoodMakesRoom()
{
    m_status = "422 Unprocessable Content";
    start(m_receiver->url(u"/"_s));
    QTRY_VERIFY_WITH_TIMEOUT(counter(u"samples_refused"_s) >= 2, patience);
    m_status = "200 OK";
    QTRY_VERIFY_WITH_TIMEOUT(counter(u"samples_sent"_s) >= 1, patience);
}

void TestReporter::withoutAnAddressItSaysWhatIsMissing()
{
    start(QUrl());
    QTRY_VERIFY_WITH_TIMEOUT(
        m_server->process(u"reporter"_s)[u"reason"_s].toString().contains(u"settings.url"_s),
        patience);
}

QTEST_GUILESS_MAIN(TestReporter)
#include "tst_reporter.moc"
