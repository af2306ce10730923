// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/appearance.h"
#include "view/englishplurals.h"
#include "view/mainwindow.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QSettings>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

using namespace Qt::StringLiterals;
using namespace semper::dashboard;

namespace {

/// Help and version are for a terminal, where there may be no display.
bool asksForText(int argc, char *argv[])
{
    const std::array texts{"-h", "--help", "--help-all", "-v", "--version"};
    return std::any_of(argv, argv + argc, [&texts](const char *word) {
        return std::ranges::any_of(
            texts, [word](const char *text) { return std::strcmp(word, text) == 0; });
    });
}

} // namespace

int main(int argc, char *argv[])
{
    const bool textOnly = asksForText(argc, argv);
    if (textOnly)
        qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication app(argc, argv);
    QApplication::setOrganizationName(u"Semper"_s);
    QApplication::setApplicationName(u"semper-dashboard"_s);
    QApplication::setApplicationDisplayName(u"Semper"_s);
    QApplication::setApplicationVersion(QStringLiteral(SEMPER_VERSION));
    QApplication::setDesktopFileName(u"semper-dashboard"_s);

    EnglishPlurals plurals;
    QApplication::installTranslator(&plurals);

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QApplication::tr("Shows the user processes of a Semper server, and restarts them."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption socket(u"socket"_s,
        QApplication::tr("The server's socket. Default: the one in your socket folder."),
        u"path"_s);
    const QCommandLineOption look(u"appearance"_s,
        QApplication::tr("Colours: system, light or dark. Default: as chosen last."), u"name"_s);
    parser.addOptions({socket, look});
    parser.process(app);
    if (textOnly || !parser.positionalArguments().isEmpty()) // as in --socket --help
        parser.showHelp(2);

    const QString wanted = parser.isSet(look)
        ? parser.value(look)
        : QSettings().value("appearance"_L1, u"system"_s).toString();
    const auto appearance = appearanceFromString(wanted);
    if (!appearance && parser.isSet(look)) {
        std::fputs("semper-dashboard: --appearance takes system, light or dark\n", stderr);
        return 2;
    }
    MainWindow window(parser.value(socket));
    window.setAppearance(appearance.value_or(Appearance::System));
    window.show();
    return QApplication::exec();
}
