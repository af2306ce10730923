// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/qprocesslauncher.h"

#include "spec/signalname.h"
#include "supervisor/descriptorlimit.h"

#include <QEvent>
#include <QSocketNotifier>

#include <algorithm>
#include <csignal>

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr int maximumInFlight = 32;

// Runs in the child between fork and exec, where it may share the server's memory: system calls
// on values that were prepared before, nothing else.
void prepareChild(int output, pid_t server, const rlimit &descriptors)
{
    // Out of the server's group before a signal can come through, and without its handlers.
    ::setsid();
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD})
        ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (output >= 0) {
        ::dup2(output, STDOUT_FILENO);
        ::dup2(output, STDERR_FILENO);
    }
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
    ::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != server)
        ::_exit(128 + SIGKILL);
}

} // namespace

QProcessLaunch::QProcessLaunch(QProcessLauncher &launcher)
    : m_launcher(launcher)
    , m_process(std::make_unique<QProcess>())
{
    m_process->setStandardInputFile(QProcess::nullDevice());
    m_process->setProcessChannelMode(QProcess::ForwardedChannels);
    connect(m_process.get(), &QProcess::started, this, [this] {
        leaveQueue();
        for (auto *notifier : m_process->findChildren<QSocketNotifier *>())
            m_launcher.m_deaths.take(notifier);
        Q_EMIT started();
    });
    connect(m_process.get(), &QProcess::errorOccurred, this, &QProcessLaunch::errorOccurred);
    connect(m_process.get(), &QProcess::finished, this, &QProcessLaunch::finished);
}

QProcessLaunch::~QProcessLaunch()
{
    leaveQueue();
    forgetPid();
    m_process->disconnect(this);
    // What cannot be killed is left to the guardian: the destructor would wait for its end.
    if (m_process->state() != QProcess::NotRunning)
        static_cast<void>(m_process.release());
}

void QProcessLaunch::start(const LaunchRequest &request)
{
    m_request = request;
    m_launcher.enter(this);
}

void QProcessLaunch::execute()
{
    if (m_request.program.isEmpty())
        return; // stopped meanwhile
    m_inFlight = true;
    m_process->setProgram(m_request.program);
    m_process->setArguments(m_request.arguments);
    m_process->setWorkingDirectory(m_request.directory);
    m_process->setProcessEnvironment(m_request.environment);
    m_process->setChildProcessModifier(
        [output = m_request.outputDescriptor, server = ::getpid(),
            limit = originalDescriptorLimit()] { prepareChild(output, server, limit); });
    m_coreDumped = false;
    m_process->start();
    m_pid = m_process->processId();
    m_launcher.m_pids.insert(m_pid);
    for (auto *notifier : m_process->findChildren<QSocketNotifier *>())
        notifier->installEventFilter(this);
    // Some kilobytes that only the start needed.
    m_request = {};
    m_process->setProcessEnvironment({});
    m_process->setChildProcessModifier({});
}

void QProcessLaunch::signal(int number, StopScope scope)
{
    if (!m_request.program.isEmpty()) { // its turn has not come, or is about to
        m_request = {};
        leaveQueue();
        const auto tell = [this] { Q_EMIT failed(u"stopped before it started"_s); };
        QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
        return;
    }
    // Not reaped yet, so the number cannot belong to another process.
    if (const auto target = pid_t(pid()); target > 0)
        ::kill(scope == StopScope::Group ? -target : target, number);
}

bool QProcessLaunch::eventFilter(QObject *, QEvent *event)
{
    // QProcess does not tell a core dump from a plain kill; the kernel does until it reaped.
    if (event->type() == QEvent::SockAct && pid() > 0) {
        siginfo_t info{};
        if (::waitid(P_PID, id_t(pid()), &info, WEXITED | WNOHANG | WNOWAIT) == 0
            && info.si_pid != 0)
            m_coreDumped = info.si_code == CLD_DUMPED;
    }
    return false;
}

void QProcessLaunch::finished(int code, QProcess::ExitStatus status)
{
    forgetPid();
    ExitReport report{.at = QDateTime::currentDateTimeUtc()};
    if (status == QProcess::NormalExit)
        report.code = code;
    else
        report.signal = signalName(code);
    report.coreDumped = m_coreDumped;
    Q_EMIT ended(report);
}

void QProcessLaunch::errorOccurred(QProcess::ProcessError error)
{
    if (error != QProcess::FailedToStart)
        return; // finished() follows
    leaveQueue();
    forgetPid();
    Q_EMIT failed(m_process->errorString());
}

void QProcessLaunch::leaveQueue()
{
    m_launcher.leave(this);
}

void QProcessLaunch::forgetPid()
{
    m_launcher.m_pids.remove(std::exchange(m_pid, 0));
}

QProcessLauncher::QProcessLauncher()
{
    raiseDescriptorLimit();
}

std::unique_ptr<Launch> QProcessLauncher::create()
{
    return std::make_unique<QProcessLaunch>(*this);
}

void QProcessLauncher::enter(QProcessLaunch *launch)
{
    if (m_inFlight >= maximumInFlight) {
        m_waiting.push_back(launch);
        return;
    }
    ++m_inFlight;
    launch->execute();
}

void QProcessLauncher::leave(QProcessLaunch *launch)
{
    std::erase(m_waiting, launch);
    if (!std::exchange(launch->m_inFlight, false))
        return;
    --m_inFlight;
    if (m_waiting.empty())
        return;
    QProcessLaunch *next = m_waiting.front();
    m_waiting.pop_front();
    ++m_inFlight;
    // From the event loop: leave() may run inside a signal of the launch that leaves.
    QMetaObject::invokeMethod(
        next, [next] { next->execute(); }, Qt::QueuedConnection);
    next->m_inFlight = true;
}

} // namespace semper
