// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/childsetup.h"

#include "launch/launchplan.h"

#include <QFile>
#include <QHash>

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace semper {

namespace {

constexpr int exitOfFault = 71; // EX_OSERR; nobody sees it
constexpr qsizetype groupsInAWord = 1024; // a word may have 128 KiB

/// Of the variables that this program was started with, those that are no text in its encoding.
QHash<QString, QByteArray> readOddVariables()
{
    QHash<QString, QByteArray> odd;
    for (char **entry = ::environ; *entry != nullptr; ++entry) {
        const QByteArray bytes(*entry);
        const QString text = QString::fromLocal8Bit(bytes);
        if (text.toLocal8Bit() != bytes)
            odd.insert(text, bytes);
    }
    return odd;
}

std::vector<QByteArray> variablesOf(const QProcessEnvironment &environment)
{
    static const QHash<QString, QByteArray> odd = readOddVariables();
    std::vector<QByteArray> variables;
    for (const QStringList list = environment.toStringList(); const QString &entry : list) {
        const QByteArray bytes
            = odd.isEmpty() ? entry.toLocal8Bit() : odd.value(entry, entry.toLocal8Bit());
        const bool isMark = bytes.startsWith(launchVariable) // by which an orphan is known
            && bytes.mid(qsizetype(sizeof launchVariable) - 1, 1) == "=";
        variables.push_back(isMark ? bytes : variablePrefix + bytes);
    }
    return variables;
}

std::vector<char *> pointersTo(std::vector<QByteArray> &texts)
{
    std::vector<char *> pointers;
    pointers.reserve(texts.size() + 1);
    for (QByteArray &text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// A limit as semper-launch reads it; infinity is the largest number.
QByteArray number(rlim_t value)
{
    return QByteArray::number(qulonglong(value));
}

} // namespace

void endChild(int report, ChildFault::Step step)
{
    const ChildFault fault{.step = step, .error = errno};
    static_cast<void>(!::write(report, &fault, sizeof fault));
    ::_exit(exitOfFault);
}

ChildSetup::ChildSetup(const LaunchRequest &request, const Descriptors &descriptors)
    : m_variables(variablesOf(request.environment))
    , m_descriptors(descriptors)
    , m_output(request.outputDescriptor)
    , m_hub(request.hubDescriptor)
    , m_server(::getpid())
{
    addWord(launchProgramName);
    addOrder(request.settings, QFile::encodeName(request.directory));
    addWord("--");
    addWord(QFile::encodeName(request.program));
    for (const QString &argument : request.arguments)
        addWord(argument.toLocal8Bit());
    m_arguments = pointersTo(m_words);
    m_environment = pointersTo(m_variables);
}

// In this order: as root what only root may, then the ids, then what is another user's.
void ChildSetup::addOrder(const ChildSettings &settings, const QByteArray &directory)
{
    addWord("report=" + QByteArray::number(m_descriptors.report));
    if (m_descriptors.program >= 0)
        addWord("program=" + QByteArray::number(m_descriptors.program));
    if (!settings.cgroup.isEmpty())
        addWord("cgroup=" + settings.cgroup);
    for (const ResourceLimit &limit : settings.limits)
        addWord("limit=" + QByteArray::number(limit.resource) + ':' + number(limit.value.rlim_cur)
            + ':' + number(limit.value.rlim_max));
    if (settings.nice)
        addWord("nice=" + QByteArray::number(*settings.nice));
    if (settings.umask)
        addWord("umask=" + QByteArray::number(*settings.umask));
    if (const auto &who = settings.runAs) {
        if (!directory.isEmpty())
            addWord("approach=" + directory);
        if (who->user && *who->user != ::geteuid())
            addWord("keyring=");
        QByteArrayList groups;
        for (const gid_t group : who->groups)
            groups.append(QByteArray::number(group));
        for (qsizetype i = 0; i < groups.size(); i += groupsInAWord)
            addWord("groups=" + groups.mid(i, groupsInAWord).join(','));
        addWord("group=" + QByteArray::number(who->group));
        if (who->user)
            addWord("user=" + QByteArray::number(*who->user));
    }
    const QByteArray server = QByteArray::number(m_server);
    if (settings.showsStack)
        addWord("tracer=" + server);
    addWord("server=" + server);
    if (!directory.isEmpty())
        addWord("directory=" + directory);
}

void ChildSetup::apply() const noexcept
{
    // Out of the server's group before a signal can come through, and without its handlers.
    ::setsid();
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD})
        ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (m_output >= 0) {
        ::dup2(m_output, STDOUT_FILENO);
        ::dup2(m_output, STDERR_FILENO);
    }
    ::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    for (const int kept : {m_descriptors.report, m_descriptors.program, m_hub})
        if (kept >= 0)
            ::fcntl(kept, F_SETFD, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // semper-launch sees whether that was too late
    // By its descriptor: whatever becomes of the file, it is the one that was looked at.
    ::syscall(SYS_execveat, m_descriptors.helper, "", m_arguments.data(), m_environment.data(),
        AT_EMPTY_PATH);
    endChild(m_descriptors.report, ChildFault::Step::Helper);
}

} // namespace semper
