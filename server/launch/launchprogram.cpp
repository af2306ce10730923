// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/launchprogram.h"

#include "launch/program/childfault.h"
#include "os/descriptorlimit.h"

#include <QFile>
#include <QFileInfo>

#include <cerrno>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// The file of the server's library, which everything that it executes is trusted like.
QString libraryFile()
{
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void *>(&raiseDescriptorLimit), &info) == 0)
        return {};
    return QFileInfo(QFile::decodeName(info.dli_fname)).canonicalFilePath();
}

QString installedPath()
{
    return QFileInfo(libraryFile()).path() + u"/semper/"_s + QLatin1StringView(launchProgramName);
}

} // namespace

LaunchProgram::LaunchProgram(const QString &path)
    : m_path(path.isEmpty() ? installedPath() : path)
    , m_descriptor(::open(QFile::encodeName(m_path).constData(), O_PATH | O_CLOEXEC))
{
    m_problem = m_descriptor < 0 ? qt_error_string(errno) : findProblem();
    if (!m_problem.isEmpty())
        m_problem = u"%1, which starts all programs: %2"_s.arg(m_path, m_problem);
}

LaunchProgram::~LaunchProgram()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

QString LaunchProgram::findProblem() const
{
    struct stat own = {};
    if (::fstat(m_descriptor, &own) != 0)
        return qt_error_string(errno);
    if (!S_ISREG(own.st_mode))
        return u"is no regular file"_s;
    if (::geteuid() != 0)
        return {};
    struct stat library = {};
    if (::stat(QFile::encodeName(libraryFile()).constData(), &library) != 0)
        library = {};
    if (own.st_uid != 0 && own.st_uid != library.st_uid)
        return u"belongs to neither root nor the owner of the server's library"_s;
    if ((own.st_mode & ~library.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return u"can be written by others; take that from it with chmod go-w"_s;
    return {};
}

} // namespace semper
