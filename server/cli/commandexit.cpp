// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/commandexit.h"

#include "protocol/controlcharacters.h"

#include <QByteArray>
#include <QCoreApplication>

#include <cerrno>
#include <cstdio>

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::CommandExit)
};

constexpr QStringView ownLayout = u"\n\t"; ///< control characters of our own

int writeError = 0; ///< the first one on standard output

void write(std::FILE *file, const QString &text)
{
    const QByteArray bytes = text.toUtf8();
    errno = 0;
    const bool whole = std::fwrite(bytes.constData(), 1, std::size_t(bytes.size()), file)
            == std::size_t(bytes.size())
        && std::fflush(file) == 0;
    if (!whole && file == stdout && writeError == 0)
        writeError = errno;
}

} // namespace

int leave(const CommandExit &exit)
{
    if (exit.code == ExitCode::Done)
        print(exit.text);
    else
        complain(exit.text);
    return int(exit.code);
}

void print(const QString &text)
{
    write(stdout, withoutControls(text, ownLayout));
}

void printColoured(const QString &text)
{
    write(stdout, text);
}

void complain(const QString &text)
{
    write(stderr, withoutControls(text, ownLayout));
}

int finishOutput(int code)
{
    if (writeError == 0)
        return code;
    complain(Texts::tr("semper: standard output: %1").arg(qt_error_string(writeError)) + u'\n');
    return code == int(ExitCode::Done) ? int(ExitCode::Failed) : code;
}

} // namespace semper
