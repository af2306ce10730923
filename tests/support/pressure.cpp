// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/pressure.h"

#include <QFile>
#include <QJsonArray>
#include <QProcess>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <memory>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper::test {

namespace {

constexpr auto patience = 30s;
constexpr auto pauseBetween = 50ms;
constexpr auto lifetimeOfCrowds = 120s;
constexpr auto watchdog = 1s;
constexpr double nanosecondsInMillisecond = 1e6;

int boundSocket(const QString &path)
{
    const int made = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const QByteArray name = QFile::encodeName(path);
    std::strncpy(address.sun_path, name.constData(), sizeof address.sun_path - 1);
    if (::bind(made, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        qFatal("cannot bind %s", name.constData());
    return made;
}

double millisecondsOf(const QElapsedTimer &timer)
{
    return double(timer.nsecsElapsed()) / nanosecondsInMillisecond;
}

QString writtenTo(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", qPrintable(path));
    return path;
}

/// Ends with its last owner.
struct Presser
{
    explicit Presser(const QStringList &arguments)
    {
        process.setStandardErrorFile(QProcess::nullDevice());
        process.start(helperProgram(u"press"_s), arguments);
        process.waitForStarted();
    }
    ~Presser()
    {
        process.kill();
        process.waitForFinished();
    }
    Q_DISABLE_COPY_MOVE(Presser)

    /// The door hears it.
    [[nodiscard]] bool isAnswered()
    {
        process.waitForReadyRead(1);
        said += process.readAllStandardOutput();
        return said.contains("answered");
    }

    QProcess process;
    QByteArray said;
};

} // namespace

Pressure::Pressure(const QJsonObject &services)
    : m_told(boundSocket(m_folder.filePath(u"told"_s)))
    , m_manager(QFile::encodeName(m_folder.filePath(u"manager"_s)))
    , m_server({}, top(services, m_folder.filePath(u"told"_s)))
{ }

Pressure::~Pressure()
{
    ::close(m_told);
}

QJsonObject Pressure::processes(const QString &told)
{
    const QJsonObject restart{{u"first_delay_ms"_s, 0}, {u"backoff_ms"_s, 1},
        {u"backoff_max_ms"_s, 1}, {u"jitter_ratio"_s, 0}, {u"reset_after_ms"_s, 1}};
    const QJsonArray command{helperProgram(u"tell-start"_s), told};
    return {{u"it"_s, QJsonObject{{u"command"_s, command}, {u"restart"_s, restart}}}};
}

QJsonObject Pressure::top(const QJsonObject &services, const QString &told)
{
    QJsonObject all = services;
    all.insert(u"http"_s,
        QJsonObject{{u"type"_s, u"http"_s}, {u"listen"_s, u"127.0.0.1:0"_s},
            {u"limits"_s, QJsonObject{{u"connections"_s, 1024}}},
            {u"processes"_s, processes(told)}});
    return {{u"services"_s, all}};
}

bool Pressure::start()
{
    qputenv("NOTIFY_SOCKET", QFile::encodeName(m_folder.filePath(u"manager"_s)));
    qputenv("WATCHDOG_USEC",
        QByteArray::number(
            std::chrono::duration_cast<std::chrono::microseconds>(watchdog).count()));
    m_server.inheritEnvironment();
    const bool isStarted = m_server.start();
    qunsetenv("NOTIFY_SOCKET");
    qunsetenv("WATCHDOG_USEC");
    m_pid = isStarted ? awaitStart(patience) : 0;
    m_sinceBeat.start();
    return m_pid > 0;
}

void Pressure::noteWatchdog()
{
    if (m_manager.count("WATCHDOG=1") == 0)
        return;
    m_manager.forget();
    m_longestGap = std::max(m_longestGap, millisecondsOf(m_sinceBeat));
    m_sinceBeat.restart();
}

pid_t Pressure::awaitStart(std::chrono::milliseconds limit)
{
    QElapsedTimer timer;
    timer.start();
    while (!timer.hasExpired(limit.count())) {
        pollfd told{.fd = m_told, .events = POLLIN, .revents = 0};
        constexpr int betweenLooks = 5;
        ::poll(&told, 1, betweenLooks);
        noteWatchdog();
        pid_t pid = 0;
        if (::recv(m_told, &pid, sizeof pid, MSG_DONTWAIT) == sizeof pid)
            return pid;
    }
    return 0;
}

Pressure::Figures Pressure::measure(int restarts, const QList<Crowd> &crowds)
{
    std::vector<std::unique_ptr<Presser>> pressers;
    for (const Crowd &crowd : crowds) {
        const QString number = QString::number(pressers.size());
        QStringList arguments{crowd.address, QString::number(crowd.connections),
            QString::number(std::chrono::milliseconds(lifetimeOfCrowds).count()), crowd.manner,
            writtenTo(m_folder.filePath(u"request"_s + number), crowd.request)};
        if (!crowd.greeting.isEmpty())
            arguments.append(writtenTo(m_folder.filePath(u"greeting"_s + number), crowd.greeting));
        pressers.push_back(std::make_unique<Presser>(arguments));
    }
    // Until the crowds are there.
    const auto isPressed = [&pressers] {
        return std::ranges::all_of(pressers, [](const auto &one) { return one->isAnswered(); });
    };
    QElapsedTimer timer;
    timer.start();
    while (!crowds.isEmpty() && !timer.hasExpired(std::chrono::milliseconds(patience).count())) {
        static_cast<void>(awaitStart(1s));
        if (isPressed())
            break;
    }
    if (!isPressed())
        return {};
    m_longestGap = 0;
    std::vector<double> times;
    for (int i = 0; i < restarts && m_pid > 0; ++i) {
        static_cast<void>(awaitStart(pauseBetween));
        timer.restart();
        ::kill(m_pid, SIGKILL);
        m_pid = awaitStart(patience);
        if (m_pid > 0)
            times.push_back(millisecondsOf(timer));
    }
    m_longestGap = std::max(m_longestGap, millisecondsOf(m_sinceBeat));
    if (times.empty())
        return {.longestGap = m_longestGap};
    std::ranges::sort(times);
    return {.medianRestart = times[times.size() / 2],
        .longestRestart = times.back(),
        .longestGap = m_longestGap,
        .restarts = int(times.size())};
}

} // namespace semper::test
