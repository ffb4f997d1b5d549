//! `repduel points`: a meet's file in, points and places out.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::program;

/// What a run says: exit code, standard output, standard error.
async fn points(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = program();
    // Neither settings nor a database: there are none to be found.
    command.env_clear().arg("points").args(arguments);
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that refuses its arguments reads nothing.
    let _ = process.stdin.take().unwrap().write_all(input.as_bytes()).await;
    let output = process.wait_with_output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

const MEET: &str = "\
name,sex,bodyweight_kg,event,equipment,age,class_kg,squat_kg,bench_kg,deadlift_kg,total_kg,place
\"Lovelace, Ada\",F,60.00,SBD,Raw,45,63,,,,287.5,1
Ben,M,95.65,,,20.5,105,,,,652.5,1
Cem,M,90.94,SBD,Raw,27.5,93,250,160,275,,1
Dan,M,90.94,SBD,Raw,27.5,93,-250,160,275,,
Eve,F,62,B,Raw,,63,,80,,,1
Gus,M,100,SBD,Raw,,105,,,,900,G
Hal,M,100,SBD,Raw,,105,250,150,250,,DQ
Ida,F,60,SBD,Raw,13,63,,,,,NS
";

#[tokio::test]
async fn rows_come_back_as_they_were_with_points_and_places() {
    let (code, csv, said) = points(&["--formula", "dots,ipf_gl,age_coefficient"], MEET).await;
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let expected = [
        "dots,place_dots,ipf_gl,place_ipf_gl,age_coefficient",
        "318.71,1,64.99,1,1.055",
        "409.69,2,84.20,2,1.020",
        "440.63,1,90.60,1,1.000",
        ",,,,1.000",
        "86.89,1,67.37,1,",
        "553.96,,113.70,,",
        ",,,,",
        ",,,,",
    ];
    for ((line, row), added) in csv.lines().zip(MEET.lines()).zip(expected) {
        assert_eq!(line, format!("{row},{added}"));
    }
    assert_eq!(csv.lines().count(), expected.len());
    let (code, again, _) = points(&["-"], MEET).await;
    assert!(code == Some(0) && again.lines().next().unwrap().ends_with(",place,dots,place_dots"));
}

#[tokio::test]
async fn places_are_made_by_what_is_asked_for() {
    // Two of the same points: the lighter is before the heavier, and equals share a place.
    let meet = "name,sex,bodyweight_kg,class_kg,age,total_kg\n\
        a,M,230,120+,30,900\nb,M,220,120+,45,900\nc,M,220,120+,30,900\nd,F,60,63,30,500\ne,M,80,83,30,400\nf,Mx,80,83.0,30,400\n";
    let places = async |by: &str| {
        let (code, csv, said) = points(&["--by", by], meet).await;
        assert_eq!(code, Some(0), "{said}");
        csv.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(places("sex").await, "3 1 1 1 4 1");
    assert_eq!(places("class").await, "3 1 1 1 1 1");
    assert_eq!(places("age").await, "2 1 1 1 3 1");
    assert_eq!(places("all").await, "4 2 2 1 5 5");
    assert_eq!(places("class,age").await, "2 1 1 1 1 1");
    assert_eq!(places("all,equipment").await, "4 2 2 1 5 5");
}

#[tokio::test]
async fn a_bad_row_is_told_and_the_others_are_scored() {
    let meet = "\u{feff}sex,total_kg,bodyweight_kg,note\r\nM,500,80,x\r\nW,500,80,y\r\nM,many,80,\"two\nlines\"\r\nM,400,,\r\nM,450,80\r\nM,450,80,x,more\r\n";
    let (code, csv, said) = points(&[], meet).await;
    assert_eq!(code, Some(0));
    assert!(said.contains("line 3, column 1 (sex): \"W\" is none of M, F, Mx"), "{said}");
    assert!(said.contains("line 4, column 2 (total_kg): \"many\" is no number"), "{said}");
    assert!(said.contains("line 8: has more fields than the header"), "{said}");
    assert!(said.contains("of 6 rows 3 cannot be read and 1 have a total and no body weight"), "{said}");
    let expected = "sex,total_kg,bodyweight_kg,note,dots,place_dots\nM,500,80,x,344.77,1\nW,500,80,y,,\n\
        M,many,80,\"two\nlines\",,\nM,400,,,,\nM,450,80,,310.30,2\nM,450,80,x,,\n";
    assert_eq!(csv, expected);

    let (code, csv, said) = points(&["--strict"], meet).await;
    assert_eq!((code, csv.as_str()), (Some(1), ""));
    assert!(said.contains("line 3, column 1 (sex)") && !said.contains("line 4"), "{said}");
}

#[tokio::test]
async fn what_would_be_guessed_is_asked() {
    let meet = "sex,total_kg,bodyweight_kg,date,place,class_kg\n\
        M,500,80,01.06.2019,1,83\nM,500,80,2019-02-30,1,83\nM,500,80,2019-06-01,first,83\nM,500,80,2019-06-01,DNS,83\n\
        M,480,80,2019-06-01,2,-83\nM,490,80,2019-06-01,1,83kg\nM,470,80,,3,83.0\n";
    let (code, csv, said) = points(&["--by", "class"], meet).await;
    assert_eq!(code, Some(0));
    for line in
        ["line 2, column 4 (date): \"01.06.2019\" is no day", "line 3, column 4", "line 4, column 5 (place): \"first\""]
    {
        assert!(said.contains(line), "{line}: {said}");
    }
    let places: Vec<_> = csv.lines().skip(1).map(|line| line.rsplit(',').next().unwrap()).collect();
    assert_eq!(places, ["", "", "", "", "2", "1", "3"], "four ways to write a class");
    for (arguments, header) in [
        (&["--formula", "dots,dots"][..], "sex,total_kg,bodyweight_kg"),
        (&[], "sex,total_kg,bodyweight_kg,Sex"),
        (&[], "sex,total_kg,bodyweight_kg,dots"),
    ] {
        let (code, csv, said) = points(arguments, &format!("{header}\nM,500,80,F\n")).await;
        assert_eq!((code, csv.as_str()), (Some(2), ""), "{header}: {said}");
        assert!(said.contains("twice"), "{said}");
    }
}

#[tokio::test]
async fn json_and_tables_say_the_same() {
    let (_, json, _) = points(&["--format", "json", "--formula", "ipf_points"], MEET).await;
    let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert_eq!((rows.len(), &rows[0]["name"]), (8, &Value::from("Lovelace, Ada")));
    assert_eq!((&rows[2]["ipf_points"], &rows[2]["place_ipf_points"]), (&Value::from(652.37), &Value::from(1)));
    assert_eq!((&rows[3]["ipf_points"], &rows[3]["deadlift_kg"]), (&Value::Null, &Value::from("275")));
    let (_, empty, _) = points(&["--format", "json"], "sex,bodyweight_kg,total_kg\n").await;
    assert_eq!(serde_json::from_str::<Vec<Value>>(&empty).unwrap().len(), 0);

    let (_, table, _) = points(&["--format", "table"], MEET).await;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 9);
    let end = lines[0].find("  place_dots").unwrap();
    assert!(lines[1][..end].ends_with("318.71") && lines[2][..end].ends_with("409.69"), "{table}");
}

#[tokio::test]
async fn what_cannot_be_scored_is_refused_with_a_reason() {
    for (arguments, input, reason) in [
        (&["--formula", "dots,elo"][..], MEET, "there are: dots, wilks1994"),
        (&["--by", "colour"], MEET, "possible values"),
        (&["--format", "xml"], MEET, "possible values"),
        (&["/no/such/file.csv"], "", "/no/such/file.csv: No such file"),
        (&["/"], "", "/: Is a directory"),
        (&[], "name,sex,total_kg\n", "no column bodyweight_kg"),
        (&[], "sex,bodyweight_kg\n", "no column total_kg (or one of"),
        (&[], "sex;bodyweight_kg;total_kg\n", "separated by commas"),
        (&[], "", "no column sex"),
    ] {
        let (code, out, said) = points(arguments, input).await;
        assert_eq!((code, out.as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(reason), "{said}");
    }
}

#[tokio::test]
async fn a_reader_that_has_had_enough_is_no_failure() {
    let mut command = program();
    command.env_clear().arg("points").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let meet = format!("sex,bodyweight_kg,total_kg\n{}", "M,80,500\n".repeat(100_000));
    process.stdin.take().unwrap().write_all(meet.as_bytes()).await.unwrap();
    let mut output = process.stdout.take().unwrap();
    output.read_exact(&mut [0; 10]).await.unwrap();
    drop(output);
    let ended = process.wait_with_output().await.unwrap();
    assert_eq!((ended.status.code(), ended.stderr.len()), (Some(0), 0), "{ended:?}");
}
