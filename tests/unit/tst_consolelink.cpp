// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/consolelink.h"
#include "protocol/controlcharacters.h"

#include <semper/systemclock.h>
#include <semper/userprocess.h>

#include "host/processhost.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include <memory>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

/// Uses everything that is printed, then waits for the stop.
class Talkative : public UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(Process &process) override
    {
        process.setTitle(u"talkative"_s);
        process.setStatus(u"busy with %1"_s.arg(process.settings().value(u"job").toString()));
        process.setReady();
        const auto connections = co_await process.service().connections();
        process.gauge(u"connections").set(connections.size());
        process.gauge(u"load").set(0.25);
        process.counter(u"rows").add(1234567);
        process.histogram(u"write_ms").record(2ms);
        process.histogram(u"write_ms").record(4ms);
        process.report({{u"a"_s, 1}});
        static_cast<void>(process.send({{u"order"_s, 7}}));
        co_await process.sleep(300ms);
        process.gauge(u"load").set(0.5);
        co_await process.sleep(1h);
    }
};

namespace {

struct Close
{
    void operator()(std::FILE *file) const { std::fclose(file); }
};

} // namespace

class TestConsoleLink : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everythingThatIsSentIsPrintedAndOnlyChangesOfMetrics();
    void asJsonEachFrameIsALine();
    void whatAProcessSaysCannotSteerTheTerminal_data();
    void whatAProcessSaysCannotSteerTheTerminal();
};

void TestConsoleLink::everythingThatIsSentIsPrintedAndOnlyChangesOfMetrics()
{
    const std::unique_ptr<std::FILE, Close> file(std::tmpfile());
    QVERIFY(file);
    SystemClock clock;
    ConsoleLink link({{u"job"_s, u"orders"_s}}, file.get());
    ProcessHost host(u"test"_s, 0,
        ProcessHost::Factory([] { return std::make_unique<Talkative>(); }), link, clock);
    QSignalSpy finished(&host, &ProcessHost::finished);
    const auto printed = [&file] {
        QByteArray text(64 * 1024, '\0');
        std::rewind(file.get());
        text.resize(qsizetype(std::fread(text.data(), 1, size_t(text.size()), file.get())));
        return text;
    };
    host.start();
    QTRY_VERIFY_WITH_TIMEOUT(printed().contains("load=0.5"), 10000);
    host.requestStop();
    QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, 10000);
    QCOMPARE(finished.first().first().value<UserProcessExit>(), UserProcessExit::Ended);

    const QByteArray text = printed();
    for (const char *part : {"title    talkative\n", "status   busy with orders\n",
             "ready    yes\n", "connections=0", "load=0.25", "rows=1234567",
             "write_ms=2 (mean 3, 2 to 4)", "report   {\"a\":1}\n", "message  {\"order\":7}\n"})
        QVERIFY2(text.contains(part), text.constData());
    QVERIFY2(text.contains("metrics  load=0.5\n"), text.constData()); // that alone
}

void TestConsoleLink::asJsonEachFrameIsALine()
{
    const std::unique_ptr<std::FILE, Close> file(std::tmpfile());
    QVERIFY(file);
    ConsoleLink link({}, file.get(), ConsoleLink::Form::Json);
    QVERIFY(link.send({{u"type"_s, u"status"_s}, {u"text"_s, u"two\nlines"_s}}));
    QVERIFY(link.send({{u"type"_s, u"ready"_s}}));
    std::rewind(file.get());
    QByteArray text(4096, '\0');
    text.resize(qsizetype(std::fread(text.data(), 1, size_t(text.size()), file.get())));
    const QByteArrayList lines = text.split('\n');
    QCOMPARE(lines.size(), 3);
    const QJsonObject status = QJsonDocument::fromJson(lines.at(0)).object();
    QCOMPARE(status[u"text"_s], u"two\nlines"_s);
    QVERIFY(QDateTime::fromString(status[u"at"_s].toString(), Qt::ISODateWithMs).isValid());
    QCOMPARE(QJsonDocument::fromJson(lines.at(1))[u"type"_s], u"ready"_s);
    QVERIFY(lines.at(2).isEmpty());
}

void TestConsoleLink::whatAProcessSaysCannotSteerTheTerminal_data()
{
    QTest::addColumn<ConsoleLink::Form>("form");
    QTest::newRow("text") << ConsoleLink::Form::Text;
    QTest::newRow("JSON") << ConsoleLink::Form::Json;
}

void TestConsoleLink::whatAProcessSaysCannotSteerTheTerminal()
{
    QFETCH(const ConsoleLink::Form, form);
    const std::unique_ptr<std::FILE, Close> file(std::tmpfile());
    QVERIFY(file);
    ConsoleLink link({}, file.get(), form);
    QVERIFY(link.send({{u"type"_s, u"status"_s}, {u"text"_s, u"\u009B31m\u202Ered\x1b[0m"_s}}));
    std::rewind(file.get());
    QByteArray bytes(4096, '\0');
    bytes.resize(qsizetype(std::fread(bytes.data(), 1, size_t(bytes.size()), file.get())));
    const QString text = QString::fromUtf8(bytes);
    QVERIFY(text.contains(u"red"_s));
    QCOMPARE(withoutControls(text, u"\n"), text);
}

QTEST_GUILESS_MAIN(TestConsoleLink)
#include "tst_consolelink.moc"
