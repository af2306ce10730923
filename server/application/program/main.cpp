// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/serve.h"
#include "cli/commandexit.h"
#include "cli/commands.h"

#include <QCoreApplication>

#include <algorithm>

int main(int argc, char **argv)
{
    QStringList words;
    for (int i = 1; i < argc; ++i)
        words.append(QString::fromLocal8Bit(argv[i]));
    if (const auto index = semper::commandIndex(words);
        index && words.at(*index) == QLatin1StringView("serve")) {
        // The common options may stand before the command; serve() wants it first.
        std::rotate(argv + 1, argv + 1 + *index, argv + 2 + *index);
        return semper::serve(argc, argv);
    }
    const QCoreApplication application(argc, argv);
    return semper::finishOutput(semper::runCommandLine(words));
}
