// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/configurationerror.h>
#include <semper/userprocess.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QVariant>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include <sys/time.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// As if somebody replaced the file that SEMPER_TEST_TOUCH names while this plugin is loaded.
[[maybe_unused]] const bool hasTouched = [] {
    const char *file = std::getenv("SEMPER_TEST_TOUCH");
    return file != nullptr && ::utimes(file, nullptr) == 0;
}();

} // namespace

namespace test {

/// Uses all that a Process offers, and sends each message back.
class Echo : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        connect(&process, &semper::Process::messageReceived, this,
            [&process](const QJsonObject &payload) {
                static_cast<void>(process.send({{u"echo"_s, payload}}));
            });
        process.setTitle(u"echo-of-"_s + process.name());
        process.setStatus(u"listening"_s);
        process.setReady();
        process.report({{u"settings"_s, process.settings()}, {u"instance"_s, process.instance()}});
        process.gauge(u"token_visible").set(qEnvironmentVariableIsSet("SEMPER_TOKEN") ? 1 : 0);
        while (!process.stopRequested()) {
            const auto connections = co_await process.service().connections();
            process.gauge(u"connections").set(connections.size());
            process.counter(u"rounds").add();
            co_await process.sleep(50ms);
        }
    }
};

/// Throws as "kind" in its settings says: "before", "after", "int", "configuration" or, in a task
/// that it spawned, "spawned".
class Throw : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        process.counter(u"began").add();
        const QString kind = process.settings().value(u"kind").toString();
        if (kind == u"before"_s)
            throw std::runtime_error("before the first await");
        if (kind == u"configuration"_s)
            throw semper::ConfigurationError(u"settings.url: is missing"_s);
        if (kind == u"spawned"_s)
            process.spawn(fail(process));
        co_await process.sleep(kind == u"spawned"_s ? 1h : 1ms);
        if (kind == u"int"_s)
            throw 42;
        if (kind != u"spawned"_s)
            throw std::out_of_range("no such row");
    }

private:
    static QCoro::Task<> fail(semper::Process &process)
    {
        co_await process.sleep(1ms);
        throw std::out_of_range("no such task");
    }
};

/// Works until "file" of its settings is there, and from then on in vain.
class Stall : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        const QString file = process.settings().value(u"file"_s).toString();
        while (!process.stopRequested()) {
            if (!QFile::exists(file))
                process.worked();
            co_await process.sleep(20ms);
        }
    }
};

class ThrowInConstructor : public semper::UserProcess
{
    Q_OBJECT
public:
    ThrowInConstructor() { throw std::logic_error("cannot be made"); }
    QCoro::Task<> run(semper::Process &) override { co_return; }
};

/// Ends at once.
class End : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &) override { co_return; }
};

/// Sleeps in a loop that knows nothing of stops.
class SleepForever : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        process.setStatus(u"asleep"_s);
        while (true)
            co_await process.sleep(1h);
    }
};

/// Says who it is, in its status and on standard output.
class Identify : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        process.setStatus(
            u"%1 %2 %3"_s.arg(process.instance())
                .arg(qEnvironmentVariable("SEMPER_INSTANCE"),
                    QString::fromUtf8(
                        QJsonDocument(process.settings()).toJson(QJsonDocument::Compact))));
        std::printf("identified %d\n", int(::getpid()));
        while (!process.stopRequested())
            co_await process.sleep(1h);
    }
};

/// Says that it is ready once "file" of its settings is there.
class ReadyOnceThereIs : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        const QString file = process.settings().value(u"file"_s).toString();
        process.setStatus(u"loading"_s);
        while (!QFile::exists(file))
            co_await process.sleep(20ms);
        process.setReady();
        while (!process.stopRequested())
            co_await process.sleep(1h);
    }
};

/// Starts "command" of its settings and leaves it to itself.
class Abandon : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        QStringList command
            = QVariant(process.settings().value(u"command"_s).toArray().toVariantList())
                  .toStringList();
        const QString program = command.takeFirst();
        if (!QProcess::startDetached(program, command))
            throw std::runtime_error("nothing to abandon");
        while (!process.stopRequested())
            co_await process.sleep(1h);
    }
};

/// Ends at once, but takes its time after main(), which it tells.
class EndSlowly : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        std::atexit([] {
            std::puts("after main");
            std::fflush(stdout);
            for (const auto end = std::chrono::steady_clock::now() + 500ms;
                 std::chrono::steady_clock::now() < end;)
                ::usleep(10'000);
        });
        co_await process.sleep(1ms);
    }
};

/// Blocks the event loop.
class Hang : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        co_await process.sleep(500ms);
        while (true)
            ::pause();
    }
};

} // namespace test

SEMPER_USER_PROCESS(test::Echo)
SEMPER_USER_PROCESS(test::Throw)
SEMPER_USER_PROCESS(test::ThrowInConstructor)
SEMPER_USER_PROCESS(test::End)
SEMPER_USER_PROCESS(test::SleepForever)
SEMPER_USER_PROCESS(test::Identify)
SEMPER_USER_PROCESS(test::ReadyOnceThereIs)
SEMPER_USER_PROCESS(test::Abandon)
SEMPER_USER_PROCESS(test::EndSlowly)
SEMPER_USER_PROCESS(test::Hang)
SEMPER_USER_PROCESS(test::Stall)

#include "testprocesses.moc"
