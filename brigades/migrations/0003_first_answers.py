"""The first texts of answers, for everybody; leads change them and write others."""

from django.db import migrations

ANSWERS = [
    (
        "organisation",
        "ask",
        "Numéro RNA ou SIREN à vérifier",
        "Bonjour,\n\nNous ne retrouvons pas le numéro donné pour « {nom} ». Vérifiez votre numéro RNA (un W suivi de "
        "9 chiffres) ou votre SIREN (9 chiffres), corrigez la fiche, puis renvoyez-la-nous.\n\nVotre association "
        "vient d’être créée ? Dites-le dans la présentation : nous vous appellerons.",
    ),
    (
        "organisation",
        "ask",
        "Présentation à compléter",
        "Bonjour,\n\nLa présentation de « {nom} » est trop courte pour que les bénévoles comprennent ce que vous "
        "faites. Dites en quelques phrases pour qui vous agissez, comment, et depuis quand.",
    ),
    (
        "organisation",
        "refuse",
        "Déjà inscrite",
        "Bonjour,\n\n« {nom} » est déjà inscrite sur la plateforme. Demandez à rejoindre son équipe depuis sa page "
        "publique : la personne responsable vous répondra. Si elle ne peut plus le faire, écrivez-nous.",
    ),
    (
        "organisation",
        "refuse",
        "Existence non retrouvée",
        "Bonjour,\n\nMalgré nos recherches, nous ne retrouvons « {nom} » dans aucun registre, et nous n’avons pas pu "
        "vous joindre. Si c’est une erreur, inscrivez-vous de nouveau avec votre numéro RNA ou SIREN.",
    ),
    (
        "organisation",
        "refuse",
        "Activité à but lucratif",
        "Bonjour,\n\nLe bénévolat se fait dans une structure sans but lucratif ou publique. D’après votre fiche, "
        "« {nom} » ne peut donc pas accueillir de bénévoles ici. Si nous nous trompons, envoyez-nous vos statuts.",
    ),
    (
        "mission",
        "ask",
        "Description à préciser",
        "Bonjour,\n\nPour « {mission} », dites ce que la personne fera concrètement, avec qui, et combien de temps. "
        "Un bénévole doit pouvoir s’imaginer sur place avant de candidater.",
    ),
    (
        "mission",
        "ask",
        "Lieu ou horaires à préciser",
        "Bonjour,\n\nLe lieu ou les horaires de « {mission} » ne sont pas assez précis. Donnez l’adresse où l’on se "
        "retrouve, et des créneaux avec une heure de début et une heure de fin.",
    ),
    (
        "mission",
        "ask",
        "Public mineur ou fragile",
        "Bonjour,\n\n« {mission} » se passe auprès d’un public mineur ou fragile. Précisez qui accompagne les "
        "bénévoles sur place, et ce que vous leur demandez avant de commencer (entretien, casier judiciaire).",
    ),
    (
        "mission",
        "refuse",
        "Remplace un emploi",
        "Bonjour,\n\nTelle qu’elle est décrite, « {mission} » correspond à un poste de travail : horaires imposés sur "
        "la durée, tâches d’un salarié. Une mission de bénévolat complète l’emploi, elle ne le remplace pas.",
    ),
    (
        "mission",
        "refuse",
        "Déjà publiée",
        "Bonjour,\n\n« {mission} » existe déjà chez nous avec les mêmes dates. Ajoutez plutôt des places ou des "
        "créneaux à la mission qui est en ligne.",
    ),
    (
        "attachment",
        "refuse",
        "Ce n’est pas la même organisation",
        "Bonjour,\n\nD’après son nom et son adresse, l’organisation du flux n’est pas « {nom} ». Ses missions ne "
        "seront pas publiées sous ce nom.",
    ),
]


def write(apps, schema_editor):
    answers = apps.get_model("brigades", "AnswerTemplate").objects
    for kind, decision, title, text in ANSWERS:
        answers.create(kind=kind, decision=decision, title=title, text=text)


def remove(apps, schema_editor):
    titles = [title for _, _, title, _ in ANSWERS]
    answers = apps.get_model("brigades", "AnswerTemplate").objects
    answers.filter(title__in=titles, department=None, written_by=None).delete()


class Migration(migrations.Migration):
    dependencies = [("brigades", "0002_tools")]

    operations = [migrations.RunPython(write, remove)]
