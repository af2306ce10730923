// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/qprocesslauncher.h"

#include "spec/signalname.h"
#include "supervisor/childsetup.h"
#include "supervisor/descriptorlimit.h"
#include "supervisor/launchdescriptors.h"
#include "supervisor/qprocesscompat.h"

#include <QEvent>
#include <QSocketNotifier>

#include <algorithm>
#include <csignal>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr int maximumInFlight = 32;

} // namespace

QProcessLaunch::QProcessLaunch(QProcessLauncher &launcher)
    : m_launcher(launcher)
    , m_process(std::make_unique<QProcess>())
{
    m_process->setStandardInputFile(QProcess::nullDevice());
    m_process->setProcessChannelMode(QProcess::ForwardedChannels);
    shareMemoryUntilExec(*m_process);
    connect(m_process.get(), &QProcess::started, this, [this] {
        leaveQueue();
        if (m_fault.step != ChildFault::Step::None)
            return; // it left before exec; finished() follows
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

void QProcessLaunch::start(LaunchPlanner planner)
{
    m_planner = std::move(planner);
    m_launcher.enter(this);
}

void QProcessLaunch::execute()
{
    const LaunchPlanner planner = std::exchange(m_planner, {});
    if (!planner)
        return; // stopped meanwhile
    m_inFlight = true;
    LaunchPlan plan = planner();
    if (auto *request = std::get_if<LaunchRequest>(&plan))
        return execute(std::move(*request));
    const auto tell = [this, cause = std::get<QString>(plan)] {
        leaveQueue();
        Q_EMIT failed(cause);
    };
    QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
}

void QProcessLaunch::execute(LaunchRequest request)
{
    m_process->setProgram(request.program);
    m_process->setArguments(request.arguments);
    m_process->setWorkingDirectory(request.directory);
    m_process->setProcessEnvironment(request.environment);
    m_faultSlot = m_launcher.m_faults.take();
    const bool isForeign = request.settings.runAs.has_value();
    m_process->setChildProcessModifier([setup = ChildSetup{.settings = std::move(request.settings),
                                            .output = request.outputDescriptor,
                                            .hub = request.hubDescriptor,
                                            .server = ::getpid(),
                                            .fault = m_faultSlot}] { setup.apply(); });
    m_coreDumped = false;
    m_strandedPipe.expect();
    const int dumpable = isForeign ? ::prctl(PR_GET_DUMPABLE) : -1;
    {
        const LaunchDescriptors few(
            std::max(request.outputDescriptor, request.hubDescriptor), m_faultSlot);
        m_process->start();
    }
    if (isForeign) // the change of ids took it from the memory that was shared
        ::prctl(PR_SET_DUMPABLE, dumpable);
    m_strandedPipe.note(*m_process);
    m_pid = m_process->processId();
    if (m_pid > 0)
        m_launcher.m_pids.insert(m_pid);
    for (auto *notifier : m_process->findChildren<QSocketNotifier *>())
        notifier->installEventFilter(this);
    // Some kilobytes that only the start needed.
    m_process->setProcessEnvironment({});
    m_process->setChildProcessModifier({});
}

void QProcessLaunch::signal(int number, StopScope scope)
{
    if (std::exchange(m_planner, {})) { // its turn has not come, or is about to
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
    if (m_fault.step != ChildFault::Step::None) {
        Q_EMIT failed(m_fault.explain());
        return;
    }
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
    // finished() follows; and QProcess may tell of one failure twice.
    if (error != QProcess::FailedToStart || std::exchange(m_hasFailed, true))
        return;
    m_strandedPipe.close();
    leaveQueue();
    forgetPid();
    Q_EMIT failed(m_process->errorString());
}

void QProcessLaunch::leaveQueue()
{
    if (m_faultSlot != nullptr)
        m_fault = m_launcher.m_faults.give(std::exchange(m_faultSlot, nullptr));
    m_launcher.leave(this);
}

void QProcessLaunch::forgetPid()
{
    m_launcher.m_pids.remove(std::exchange(m_pid, 0));
}

QProcessLauncher::~QProcessLauncher() = default;

QProcessLauncher::QProcessLauncher()
    : m_faults(maximumInFlight)
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
