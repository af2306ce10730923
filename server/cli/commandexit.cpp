// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/commandexit.h"

#include <QByteArray>

#include <cstdio>

namespace semper {

namespace {

void write(std::FILE *file, const QString &text)
{
    const QByteArray bytes = text.toUtf8();
    std::fwrite(bytes.constData(), 1, std::size_t(bytes.size()), file);
    std::fflush(file);
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
    write(stdout, text);
}

void complain(const QString &text)
{
    write(stderr, text);
}

} // namespace semper
